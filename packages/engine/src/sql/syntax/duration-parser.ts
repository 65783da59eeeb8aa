import type {Count, Duration, TimeUnit} from './query-ast.ts'
import type {Cursor} from './cursor.ts'
import {parameterFrom} from './literal-parser.ts'

const units: ReadonlyMap<string, TimeUnit> = new Map([
  ['DAY', 'DAYS'],
  ['DAYS', 'DAYS'],
  ['HOUR', 'HOURS'],
  ['HOURS', 'HOURS'],
  ['MINUTE', 'MINUTES'],
  ['MINUTES', 'MINUTES'],
  ['SECOND', 'SECONDS'],
  ['SECONDS', 'SECONDS'],
  ['MILLISECOND', 'MILLISECONDS'],
  ['MILLISECONDS', 'MILLISECONDS'],
])

/** A whole number or a bind parameter. */
export function parseCount(cursor: Cursor): Count {
  cursor.note('a whole number')
  const {kind, text, span} = cursor.peek()
  if (kind !== 'integer' && kind !== 'parameter')
    return cursor.fail(cursor.looksAtSymbol('-') ? 'it cannot be negative' : undefined)
  if (kind === 'integer' && !Number.isSafeInteger(Number(text))) {
    cursor.failWith(`Syntax Error: the number ${text} is too large here`, span)
  }
  const token = cursor.take()
  return kind === 'integer' ? {kind: 'IntegerLiteral', text, span} : parameterFrom(token)
}

/** `5 MINUTES`. */
export function parseDuration(cursor: Cursor): Duration {
  const amount = parseCount(cursor)
  for (const unit of units.values()) cursor.note(unit)
  const token = cursor.peek()
  const unit = token.kind === 'word' ? units.get(token.text) : undefined
  if (unit === undefined) return cursor.fail()
  cursor.take()
  return {amount, unit, span: cursor.spanFrom(amount.span.start)}
}
