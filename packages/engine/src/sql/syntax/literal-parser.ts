import type {Literal, Parameter} from './ast.ts'
import type {Cursor} from './cursor.ts'
import type {Token} from './token.ts'

const bigintMax = 2n ** 63n - 1n

/** A literal or a bind parameter, or `undefined` if none is next. */
export function acceptLiteral(cursor: Cursor): Literal | Parameter | undefined {
  const token = cursor.peek()
  const {span} = token
  switch (token.kind) {
    case 'string':
      cursor.take()
      return {kind: 'StringLiteral', value: token.text, span}
    case 'integer':
    case 'decimal':
    case 'double':
      return numberFrom(cursor, cursor.take(), '', span.start)
    case 'parameter':
      cursor.take()
      return parameterFrom(token)
    case 'symbol':
      return acceptNegative(cursor)
    case 'word':
      return acceptWordLiteral(cursor, token)
    default:
      return undefined
  }
}

/** Where only a literal may stand. */
export function expectLiteral(cursor: Cursor): Literal | Parameter {
  cursor.note('a literal')
  return acceptLiteral(cursor) ?? cursor.fail('text stands in single quotes')
}

function acceptNegative(cursor: Cursor): Literal | undefined {
  const {kind} = cursor.peek(1)
  const isNumber = kind === 'integer' || kind === 'decimal' || kind === 'double'
  if (!cursor.looksAtSymbol('-') || !isNumber) return undefined
  const {start} = cursor.take().span
  return numberFrom(cursor, cursor.take(), '-', start)
}

function acceptWordLiteral(cursor: Cursor, token: Token): Literal | undefined {
  const {text, span} = token
  if (text !== 'NULL' && text !== 'TRUE' && text !== 'FALSE') return undefined
  cursor.take()
  return text === 'NULL' ? {kind: 'NullLiteral', span} : {kind: 'BooleanLiteral', value: text === 'TRUE', span}
}

function numberFrom(cursor: Cursor, token: Token, sign: '' | '-', start: number): Literal {
  const text = sign + token.text
  const span = cursor.spanFrom(start)
  if (token.kind === 'decimal') return {kind: 'DecimalLiteral', text, span}
  if (token.kind === 'double') {
    if (!Number.isFinite(Number(text))) cursor.failWith(`Syntax Error: Number overflows DOUBLE: ${text}`, span)
    return {kind: 'DoubleLiteral', text, span}
  }
  if (text.length > 18 && !fitsBigint(text)) {
    const hint = 'the largest BIGINT is 9223372036854775807; with a point it is a DECIMAL'
    cursor.failWith(`Syntax Error: Invalid numeric literal: ${text}`, span, hint)
  }
  return {kind: 'IntegerLiteral', text, span}
}

function fitsBigint(text: string): boolean {
  if (text.replace(/^-?0*/, '').length > 19) return false
  const value = BigInt(text)
  return value >= -bigintMax - 1n && value <= bigintMax
}

/** `$1` or `:name`. */
export function parameterFrom({text, span}: Token): Parameter {
  const name = text.slice(1)
  return {kind: 'Parameter', name: text.startsWith('$') ? Number(name) : name, span}
}
