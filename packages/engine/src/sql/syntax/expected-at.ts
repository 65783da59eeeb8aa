import {Cursor} from './cursor.ts'
import {SyntaxFailure} from './diagnostic.ts'
import {Lexer} from './lexer.ts'
import {parseStatement} from './statement-parser.ts'
import type {Token} from './token.ts'

/**
 * What may stand at an offset, judged by what stands before it in its statement: keywords (`GROUP`, `IF NOT EXISTS`),
 * symbols in quotes (`','`), kinds in lower case (`a stream or table`, `an expression`). The word that the offset stands in or
 * directly behind is taken as unfinished. Empty inside text and comments, and behind a mistake.
 */
export function expectedAt(text: string, offset: number): readonly string[] {
  const before = text.slice(0, offset).replace(/[A-Za-z0-9_]+$/, '')
  try {
    const cursor = new Cursor(before, lastStatement(before))
    return expectedBehind(cursor)
  } catch (failure) {
    if (failure instanceof SyntaxFailure) return []
    throw failure
  }
}

function lastStatement(text: string): readonly Token[] {
  const lexer = new Lexer(text)
  let tokens: readonly Token[] = []
  do tokens = lexer.statement(new Map())
  while (!lexer.isAtEnd())
  const isClosed = text[tokens.at(-1)?.span.start ?? 0] === ';'
  return isClosed ? lexer.statement(new Map()) : tokens
}

function expectedBehind(cursor: Cursor): readonly string[] {
  try {
    parseStatement(cursor, {isTestTool: false})
    return cursor.isAtEnd() ? cursor.expected() : []
  } catch (failure) {
    if (failure instanceof SyntaxFailure && cursor.isAtEnd()) return cursor.expected()
    throw failure
  }
}
