import {limits} from '../../limits.ts'
import type {Expression, TypeNode} from './ast.ts'
import {Cursor} from './cursor.ts'
import {SyntaxFailure} from './diagnostic.ts'
import type {SqlDiagnostic} from './diagnostic.ts'
import {parseExpression as parseExpressionAt} from './expression-parser.ts'
import {Lexer} from './lexer.ts'
import type {ColumnDefinition, Statement} from './statement-ast.ts'
import {parseStatement} from './statement-parser.ts'
import {parseColumnDefinitions} from './statement-parts.ts'
import {syntaxLimits} from './syntax-limits.ts'
import {checkTreeHeight} from './tree-height.ts'
import {parseType as parseTypeAt} from './type-parser.ts'
import {variableKey, variablesFrom} from './variables.ts'

export interface ScriptOptions {
  /** The session's variables by name, in any case. DEFINE and UNDEFINE change them for what follows in the script. */
  readonly variables?: ReadonlyMap<string, string>
}

export type ScriptResult = {readonly statements: readonly Statement[]} | {readonly diagnostic: SqlDiagnostic}

/**
 * All statements of a text, separated by semicolons, the last of which may be missing; or what is wrong with the first
 * that is none. Never throws, whatever the text. Time and memory are linear in its length.
 */
export function parseScript(text: string, options: ScriptOptions = {}): ScriptResult {
  return diagnosed(() => {
    checkLength(text)
    const variables = variablesFrom(options.variables)
    const lexer = new Lexer(text)
    const statements: Statement[] = []
    while (!lexer.isAtEnd()) {
      const cursor = new Cursor(text, lexer.statement(variables))
      if (cursor.isAtEnd()) continue
      const statement = parseToEnd(cursor, parseStatement)
      if (statement.kind === 'DefineVariable') variables.set(variableKey(statement.name.text), statement.value)
      if (statement.kind === 'UndefineVariable') variables.delete(variableKey(statement.name.text))
      statements.push(statement)
      checkCount(statements)
    }
    return {statements}
  })
}

/** A text that is one expression. */
export function parseExpression(text: string): {readonly expression: Expression} | {readonly diagnostic: SqlDiagnostic} {
  return diagnosed(() => ({expression: parseAlone(text, parseExpressionAt)}))
}

/** A text that is one type, such as `ARRAY<BIGINT>`. */
export function parseType(text: string): {readonly type: TypeNode} | {readonly diagnostic: SqlDiagnostic} {
  return diagnosed(() => ({type: parseAlone(text, parseTypeAt)}))
}

/** A text that is a list of columns without parentheses: `id BIGINT KEY, name VARCHAR`. */
export function parseColumns(
  text: string,
): {readonly columns: readonly ColumnDefinition[]} | {readonly diagnostic: SqlDiagnostic} {
  return diagnosed(() => ({columns: parseAlone(text, parseColumnDefinitions)}))
}

function diagnosed<Result>(parse: () => Result): Result | {readonly diagnostic: SqlDiagnostic} {
  try {
    return parse()
  } catch (failure) {
    if (failure instanceof SyntaxFailure) return {diagnostic: failure.diagnostic}
    throw failure
  }
}

function parseAlone<Part extends object>(text: string, parse: (cursor: Cursor) => Part): Part {
  checkLength(text)
  return parseToEnd(new Cursor(text, new Lexer(text).statement(new Map())), parse)
}

function parseToEnd<Part extends object>(cursor: Cursor, parse: (cursor: Cursor) => Part): Part {
  const part = parse(cursor)
  if (!cursor.isAtEnd()) {
    cursor.note("';'")
    cursor.fail()
  }
  checkTreeHeight(part, cursor)
  return part
}

function checkLength(text: string): void {
  if (text.length <= limits.scriptLengthMax) return
  const message = `Syntax Error: the text has ${text.length} characters, more than the ${limits.scriptLengthMax} that are read`
  const span = {start: limits.scriptLengthMax, end: text.length}
  throw new SyntaxFailure({code: 'LIMIT_EXCEEDED', message, span, hint: 'send it in parts'})
}

function checkCount(statements: readonly Statement[]): void {
  const last = statements.at(-1)
  if (statements.length <= syntaxLimits.statementsMax || last === undefined) return
  const message = `Syntax Error: the script has more than ${syntaxLimits.statementsMax} statements`
  throw new SyntaxFailure({code: 'LIMIT_EXCEEDED', message, span: last.span, hint: 'send it in parts'})
}
