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
import type {Token} from './token.ts'
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
  const {parts} = parseParts(text, options)
  const wrong = parts.find(part => 'diagnostic' in part)
  return wrong === undefined ? {statements: parts.filter(isStatement)} : wrong
}

/** What a text between two semicolons is: a statement, or what is wrong with it and the names that it would have made. */
export type ScriptPart = Statement | WrongPart
export type WrongPart = {readonly diagnostic: SqlDiagnostic; readonly names: readonly string[]}

export const isStatement = (part: ScriptPart): part is Statement => !('diagnostic' in part)

/** The same, and on behind a mistake at the next semicolon, so that all mistakes of a text are found. */
export function parseParts(text: string, options: ScriptOptions = {}): {readonly parts: readonly ScriptPart[]} {
  const parts: ScriptPart[] = []
  const variables = variablesFrom(options.variables)
  const lexer = new Lexer(text)
  const end = diagnosed(() => {
    checkLength(text)
    while (!lexer.isAtEnd()) {
      const tokens = lexer.statement(variables)
      const cursor = new Cursor(text, tokens)
      if (cursor.isAtEnd()) continue
      const part = diagnosed(() => parseToEnd(cursor, parseStatement))
      if ('diagnostic' in part) parts.push({...part, names: namesIn(tokens)})
      else {
        if (part.kind === 'DefineVariable') variables.set(variableKey(part.name.text), part.value)
        if (part.kind === 'UndefineVariable') variables.delete(variableKey(part.name.text))
        parts.push(part)
      }
      checkCount(parts)
    }
    return {}
  })
  return {parts: 'diagnostic' in end ? [...parts, {...end, names: []}] : parts}
}

/** The name that a statement would have made or changed: `CREATE STREAM IF NOT EXISTS name`. */
function namesIn(tokens: readonly Token[]): readonly string[] {
  const rest = tokens.slice(1 + tokens.findIndex(({text}) => made.has(text)))
  const name = rest.find(({text}) => text !== 'IF' && text !== 'NOT' && text !== 'EXISTS')
  return rest.length === tokens.length || name === undefined ? [] : [name.text]
}

const made: ReadonlySet<string> = new Set(['STREAM', 'TABLE', 'TYPE', 'INDEX'])

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

function checkCount(parts: readonly ScriptPart[]): void {
  const last = parts.at(-1)
  if (parts.length <= syntaxLimits.statementsMax || last === undefined) return
  const message = `Syntax Error: the script has more than ${syntaxLimits.statementsMax} statements`
  throw new SyntaxFailure({
    code: 'LIMIT_EXCEEDED',
    message,
    span: isStatement(last) ? last.span : last.diagnostic.span,
    hint: 'send it in parts',
  })
}
