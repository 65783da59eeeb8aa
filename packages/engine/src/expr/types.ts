import {decimal, DOUBLE, BIGINT, INT, VARCHAR, BYTES, TIMESTAMP, printType, type SqlType} from '../schema/sql-type.ts'
import type {ArithmeticOperator, CompareOperator} from './ir.ts'

/** Rules about types alone. What they refuse comes back as a `Problem`, worded as ksqlDB does; the caller knows the place. */
export type Problem = {readonly problem: string}

/** The type of an expression that is a bare NULL. */
export type TypeOrNull = SqlType | 'null'

export const isProblem = (outcome: object): outcome is Problem => 'problem' in outcome

type DecimalType = Extract<SqlType, {kind: 'DECIMAL'}>
const numericRank: Readonly<Record<string, number>> = {INT: 0, BIGINT: 1, DECIMAL: 2, DOUBLE: 3}

export const isNumeric = (type: SqlType): boolean => type.kind in numericRank
export const isTemporal = (type: SqlType): boolean => type.kind === 'DATE' || type.kind === 'TIME' || type.kind === 'TIMESTAMP'

/** Numbers widen INT → BIGINT → DECIMAL → DOUBLE; anything fits its own kind. DECIMALs are not looked into. */
export function canWiden(from: SqlType, to: SqlType): boolean {
  if (from.kind === to.kind) return true
  const [source, target] = [numericRank[from.kind], numericRank[to.kind]]
  return source !== undefined && target !== undefined && source < target
}

/** INT counts as DECIMAL(10, 0), BIGINT as DECIMAL(19, 0). Only for those and DECIMAL. */
export function asDecimal(type: SqlType): DecimalType {
  if (type.kind === 'DECIMAL') return type
  return {kind: 'DECIMAL', precision: type.kind === 'INT' ? 10 : 19, scale: 0}
}

/** The DECIMAL with room for both. */
function widerDecimal(left: SqlType, right: SqlType): SqlType {
  const [l, r] = [asDecimal(left), asDecimal(right)]
  const scale = Math.max(l.scale, r.scale)
  return decimal(Math.max(l.precision - l.scale, r.precision - r.scale) + scale, scale)
}

/** The type that two numeric types widen to. */
export function widerNumber(left: SqlType, right: SqlType): SqlType {
  if (left.kind === 'DOUBLE' || right.kind === 'DOUBLE') return DOUBLE
  if (left.kind === 'DECIMAL' || right.kind === 'DECIMAL') return widerDecimal(left, right)
  return left.kind === 'BIGINT' || right.kind === 'BIGINT' ? BIGINT : INT
}

/**
 * What `left operator right` gives, and what each side must be cast to first. `kind` says which expression it becomes:
 * `+` on text and bytes is a `concat`. DECIMAL operands keep their own scales.
 */
export function arithmeticType(
  operator: ArithmeticOperator,
  left: TypeOrNull,
  right: TypeOrNull,
): {kind: 'arithmetic' | 'concat'; result: SqlType; left: SqlType; right: SqlType} | Problem {
  if (left === 'null' || right === 'null') return {problem: `Arithmetic on NULL is not supported: ${operator}`}
  if (operator === '+' && left.kind === right.kind && (left.kind === 'VARCHAR' || left.kind === 'BYTES'))
    return {kind: 'concat', result: left, left, right}
  if (!isNumeric(left) || !isNumeric(right)) {
    return {problem: `Unsupported arithmetic types. ${baseName(left)} ${baseName(right)}`}
  }
  const wider = widerNumber(left, right)
  if (wider.kind !== 'DECIMAL') return {kind: 'arithmetic', result: wider, left: wider, right: wider}
  const [l, r] = [asDecimal(left), asDecimal(right)]
  return {kind: 'arithmetic', result: decimalResult(operator, l, r), left: l, right: r}
}

function decimalResult(operator: ArithmeticOperator, l: DecimalType, r: DecimalType): SqlType {
  const scale = Math.max(l.scale, r.scale)
  switch (operator) {
    case '+':
    case '-':
      return decimal(Math.max(l.precision - l.scale, r.precision - r.scale) + scale + 1, scale)
    case '*':
      return decimal(l.precision + r.precision + 1, l.scale + r.scale)
    case '/': {
      const quotientScale = Math.max(6, l.scale + r.precision + 1)
      return decimal(l.precision - l.scale + r.scale + quotientScale, quotientScale)
    }
    case '%':
      return decimal(Math.min(l.precision - l.scale, r.precision - r.scale) + scale, scale)
  }
}

/** `left || right`: text with text, bytes with bytes. */
export function concatType(left: SqlType, right: SqlType): SqlType | Problem {
  if (left.kind === 'VARCHAR' && right.kind === 'VARCHAR') return VARCHAR
  if (left.kind === 'BYTES' && right.kind === 'BYTES') return BYTES
  return {problem: `Unsupported concatenation types. ${baseName(left)} ${baseName(right)}`}
}

/**
 * The type that both sides of a comparison are cast to. Numbers meet in the wider type, text becomes a DATE, TIME or
 * TIMESTAMP beside one, DATE becomes TIMESTAMP; BOOLEAN and containers know equality only.
 * `leftText` and `rightText` are the operands as written, for the message.
 */
export function compareOperandType(
  operator: CompareOperator,
  left: TypeOrNull,
  right: TypeOrNull,
  leftText: string,
  rightText: string,
): SqlType | Problem {
  if (left === 'null' || right === 'null') {
    const compared = `${leftText} ${symbolOf[operator]} ${rightText}`
    return {problem: `Comparison with NULL not supported: ${compared}\nUse 'IS NULL' or 'IS NOT NULL' instead.`}
  }
  const common = comparableType(left, right)
  const isOrdered = operator === '<' || operator === '<=' || operator === '>' || operator === '>='
  if (common !== undefined && !(isOrdered && hasEqualityOnly(common))) return common
  const sides = `${leftText} (${printType(left)}) to ${rightText} (${printType(right)})`
  return {problem: `Cannot compare ${sides} with ${nameOf[operator]}.`}
}

function comparableType(left: SqlType, right: SqlType): SqlType | undefined {
  if (isNumeric(left) && isNumeric(right)) return widerNumber(left, right)
  if (left.kind === right.kind) return commonContainer(left, right)
  if (left.kind === 'VARCHAR' && isTemporal(right)) return right
  if (right.kind === 'VARCHAR' && isTemporal(left)) return left
  return isDay(left) && isDay(right) ? TIMESTAMP : undefined
}

const isDay = (type: SqlType): boolean => type.kind === 'DATE' || type.kind === 'TIMESTAMP'

/** Containers are compared as they are when equal in kind; elements widen where they can. */
function commonContainer(left: SqlType, right: SqlType): SqlType | undefined {
  const common = commonType([left, right])
  return common === undefined || 'problem' in common ? undefined : common
}

const hasEqualityOnly = (type: SqlType): boolean =>
  type.kind === 'BOOLEAN' || type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'STRUCT'

/**
 * The type that values of all these types have after widening: numbers widen, arrays and maps by their elements, structs to
 * the union of their fields. Undefined if all are NULL; a problem if there is none.
 */
export function commonType(types: readonly TypeOrNull[]): SqlType | Problem | undefined {
  let common: SqlType | undefined
  for (const type of types) {
    if (type === 'null') continue
    const next: SqlType | undefined = common === undefined ? type : commonOfTwo(common, type)
    if (next === undefined) {
      return {problem: `operator does not exist: ${common === undefined ? '' : printType(common)} = ${printType(type)}`}
    }
    common = next
  }
  return common
}

/** As `commonType`, for two; undefined if there is none. */
export function commonOfTwo(left: SqlType, right: SqlType): SqlType | undefined {
  if (isNumeric(left) && isNumeric(right)) return widerNumber(left, right)
  if (left.kind === 'ARRAY' && right.kind === 'ARRAY') {
    const element = commonOfTwo(left.element, right.element)
    return element && {kind: 'ARRAY', element}
  }
  if (left.kind === 'MAP' && right.kind === 'MAP') {
    const key = commonOfTwo(left.key, right.key)
    const value = commonOfTwo(left.value, right.value)
    return key && value && {kind: 'MAP', key, value}
  }
  if (left.kind === 'STRUCT' && right.kind === 'STRUCT') return commonStruct(left, right)
  return left.kind === right.kind ? left : undefined
}

function commonStruct(left: Extract<SqlType, {kind: 'STRUCT'}>, right: Extract<SqlType, {kind: 'STRUCT'}>): SqlType | undefined {
  const fields = new Map(left.fields.map(field => [field.name, field.type]))
  for (const {name, type} of right.fields) {
    const known = fields.get(name)
    const common = known === undefined ? type : commonOfTwo(known, type)
    if (common === undefined) return undefined
    fields.set(name, common)
  }
  return {kind: 'STRUCT', fields: Array.from(fields, ([name, type]) => ({name, type}))}
}

/** `INTEGER`, `STRING`, `DECIMAL`, `ARRAY`: the type without its parameters. */
export function baseName(type: SqlType): string {
  if (type.kind === 'INT') return 'INTEGER'
  return type.kind === 'VARCHAR' ? 'STRING' : type.kind
}

const symbolOf: Readonly<Record<CompareOperator, string>> = {
  '=': '=',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  'is-distinct': 'IS DISTINCT FROM',
  'is-not-distinct': 'IS NOT DISTINCT FROM',
}

const nameOf: Readonly<Record<CompareOperator, string>> = {
  '=': 'EQUAL',
  '<>': 'NOT_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  'is-distinct': 'IS_DISTINCT_FROM',
  'is-not-distinct': 'IS_NOT_DISTINCT_FROM',
}
