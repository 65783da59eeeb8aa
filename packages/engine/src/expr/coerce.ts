import {BIGINT, INT, decimal, printType, typesEqual, type SqlType, type StructField} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {castFunction} from './cast.ts'
import {parseDecimal, powerOfTen, precisionOf} from './decimal.ts'
import {EvaluationError} from './evaluation-error.ts'
import type {Expr} from './ir.ts'
import {valueToText} from './java-text.ts'
import {parseInteger, parseLong} from './long.ts'
import {baseName, canWiden, commonOfTwo, isNumeric, isProblem, isTemporal, widerNumber, type Problem} from './types.ts'

/** An element of a list as the analyzer typed it; `expr` is absent for a bare NULL. `text` is how it was written. */
export type ListItem = {readonly expr?: Expr; readonly text: string}

export type CoercedList = {readonly type: SqlType; readonly items: readonly Expr[]}

/**
 * Brings the elements of IN, ARRAY[], MAP(), CASE and the like to one type: that of the first that is not NULL, widened by
 * the others. Text literals become numbers, booleans or times where the others are such; other literals become text where
 * the others are text. For IN the first item is the left operand. `items` stand in the order given.
 */
export function coerceList(list: readonly ListItem[]): CoercedList | Problem | undefined {
  let common: SqlType | undefined
  for (const {expr, text} of list) {
    if (expr === undefined) continue
    const next: SqlType | Problem = common === undefined ? expr.type : commonWith(common, expr, text)
    if (isProblem(next)) return next
    common = next
  }
  if (common === undefined) return undefined
  const type = common
  const items: Expr[] = []
  for (const {expr} of list) {
    const item = expr === undefined ? nullOf(type) : coerceExpr(expr, type)
    if (isProblem(item)) return item
    items.push(item)
  }
  return {type, items}
}

export const nullOf = (type: SqlType): Expr => ({kind: 'literal', type, value: null})

function commonWith(target: SqlType, expr: Expr, text: string): SqlType | Problem {
  // The analyzer typed a NULL inside a constructor by its neighbours.
  if (expr.kind === 'literal' && expr.value === null) return target
  if (expr.kind === 'literal' && expr.value !== null) {
    if (expr.type.kind === 'VARCHAR') {
      if (isNumeric(target)) return commonWithNumberText(target, expr.value as string)
      if (target.kind === 'BOOLEAN')
        return isBooleanText(expr.value as string) ? target : invalidText(expr.value as string, target)
      if (isTemporal(target)) return target
    } else if (target.kind === 'VARCHAR' && (isNumeric(expr.type) || expr.type.kind === 'BOOLEAN')) return target
  }
  const constructed = commonWithConstructor(target, expr, text)
  if (constructed !== undefined) return constructed
  return commonOfTwo(target, expr.type) ?? noOperator(target, expr, text)
}

/** Inside ARRAY[], MAP() and STRUCT() literals coerce as they do at the top. */
function commonWithConstructor(target: SqlType, expr: Expr, text: string): SqlType | Problem | undefined {
  if (expr.kind === 'array' && target.kind === 'ARRAY') {
    const element = commonWithAll(target.element, expr.elements, text)
    return isProblem(element) ? outermost(element, target, expr, text) : {kind: 'ARRAY', element}
  }
  if (expr.kind === 'map' && target.kind === 'MAP') {
    const key = commonWithAll(
      target.key,
      expr.entries.map(entry => entry.key),
      text,
    )
    const value = commonWithAll(
      target.value,
      expr.entries.map(entry => entry.value),
      text,
    )
    if (isProblem(key)) return outermost(key, target, expr, text)
    return isProblem(value) ? outermost(value, target, expr, text) : {kind: 'MAP', key, value}
  }
  return expr.kind === 'struct' && target.kind === 'STRUCT' && expr.type.kind === 'STRUCT'
    ? commonWithStruct(target, expr.type.fields, expr, text)
    : undefined
}

function commonWithAll(start: SqlType, exprs: readonly Expr[], text: string): SqlType | Problem {
  let common = start
  for (const item of exprs) {
    const next = commonWith(common, item, text)
    if (isProblem(next)) return next
    common = next
  }
  return common
}

function commonWithStruct(
  target: Extract<SqlType, {kind: 'STRUCT'}>,
  declared: readonly StructField[],
  expr: Extract<Expr, {kind: 'struct'}>,
  text: string,
): SqlType | Problem {
  const fields = new Map(target.fields.map(field => [field.name, field.type]))
  for (const [index, {name, type}] of declared.entries()) {
    const [known, value] = [fields.get(name), expr.fields[index]]
    const common = known === undefined || value === undefined ? type : commonWith(known, value, text)
    if (isProblem(common)) return outermost(common, target, expr, text)
    fields.set(name, common)
  }
  return {kind: 'STRUCT', fields: Array.from(fields, ([name, type]) => ({name, type}))}
}

/** Text that is no value is named as such; types that do not meet are those of the whole constructors. */
const outermost = (inner: Problem, target: SqlType, expr: Expr, text: string): Problem =>
  inner.problem.startsWith('invalid input') ? inner : noOperator(target, expr, text)

/**
 * `expr` as `type`: literals are converted now, constructors by their elements, anything else by an implicit cast.
 * A problem if a literal has no such value or there is no such cast.
 */
export function coerceExpr(expr: Expr, type: SqlType): Expr | Problem {
  if (typesEqual(expr.type, type)) return expr
  if (expr.kind === 'literal') {
    const coerced = coerceLiteral(expr.value, expr.type, type)
    return isProblem(coerced) ? coerced : {kind: 'literal', type, value: coerced.value}
  }
  if (expr.kind === 'array' && type.kind === 'ARRAY') {
    const elements = coerceAll(expr.elements, type.element)
    return isProblem(elements) ? elements : {...expr, type, elements}
  }
  if (expr.kind === 'map' && type.kind === 'MAP') {
    const keys = coerceAll(
      expr.entries.map(entry => entry.key),
      type.key,
    )
    const values = coerceAll(
      expr.entries.map(entry => entry.value),
      type.value,
    )
    if (isProblem(keys)) return keys
    if (isProblem(values)) return values
    return {...expr, type, entries: keys.map((key, i) => ({key, value: values[i] ?? nullOf(type.value)}))}
  }
  if (expr.kind === 'struct' && expr.type.kind === 'STRUCT' && type.kind === 'STRUCT') {
    const places = expr.type.fields.map(field => field.name)
    const fields: Expr[] = []
    for (const {name, type: wanted} of type.fields) {
      const value = expr.fields[places.indexOf(name)]
      const field = value === undefined ? nullOf(wanted) : coerceExpr(value, wanted)
      if (isProblem(field)) return field
      fields.push(field)
    }
    return {...expr, type, fields}
  }
  if (castFunction(expr.type, type) === undefined) {
    return {problem: `Cast of ${printType(expr.type)} to ${printType(type)} is not supported`}
  }
  return {kind: 'cast', type, operand: expr, isImplicit: true}
}

function coerceAll(exprs: readonly Expr[], type: SqlType): Expr[] | Problem {
  const coerced: Expr[] = []
  for (const expr of exprs) {
    const item = coerceExpr(expr, type)
    if (isProblem(item)) return item
    coerced.push(item)
  }
  return coerced
}

/**
 * The value of a literal as another type: widening, numbers and booleans to text, text to numbers, booleans and times.
 * A problem for text that is no such value, and for pairs of types with no such conversion. Also for INSERT VALUES.
 */
export function coerceLiteral(value: Value, from: SqlType, to: SqlType): {readonly value: Value} | Problem {
  if (value === null || typesEqual(from, to)) return {value}
  if (from.kind === 'VARCHAR' && to.kind === 'BOOLEAN' && !isBooleanText(value as string)) return invalidText(value as string, to)
  const isWhole = from.kind === 'VARCHAR' && (to.kind === 'INT' || to.kind === 'BIGINT')
  const via = isWhole ? decimalOfText((value as string).trim()) : undefined
  if (isWhole && via === undefined) return invalidText(value as string, to)
  const source = via?.type ?? from
  const cast = castFunction(source, to)
  const isAllowed = from.kind === 'VARCHAR' || to.kind === 'VARCHAR' || canWiden(from, to) || isTemporal(from)
  if (cast === undefined || !isAllowed) return noConversion(value, from, to)
  if (losesDigits(value, from, to)) return noConversion(value, from, to)
  try {
    return {value: cast(via === undefined ? value : via.unscaled)}
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    return from.kind === 'VARCHAR' ? invalidText(value as string, to) : noConversion(value, from, to)
  }
}

/** A DECIMAL, or text that is one, with more places than the target keeps; CAST rounds, a literal does not. */
function losesDigits(value: Value, from: SqlType, to: SqlType): boolean {
  if (to.kind !== 'DECIMAL') return false
  if (from.kind === 'DECIMAL') return hasMorePlaces(value as bigint, from.scale, to.scale)
  const parsed = from.kind === 'VARCHAR' ? parseDecimal((value as string).trim()) : undefined
  return parsed !== undefined && hasMorePlaces(parsed.unscaled, parsed.scale, to.scale)
}

const hasMorePlaces = (unscaled: bigint, scale: number, wanted: number): boolean =>
  scale > wanted && unscaled % powerOfTen(scale - wanted) !== 0n

function commonWithNumberText(target: SqlType, text: string): SqlType | Problem {
  const type = numberTypeOfText(text)
  return type === undefined ? invalidText(text, target) : widerNumber(target, type)
}

/** INT or BIGINT for whole numbers that fit, DECIMAL for other numbers in plain or scientific form. */
function numberTypeOfText(text: string): SqlType | undefined {
  const trimmed = text.trim()
  if (parseInteger(trimmed) !== undefined) return INT
  if (parseLong(trimmed) !== undefined) return BIGINT
  return decimalOfText(trimmed)?.type
}

function decimalOfText(text: string) {
  const parsed = parseDecimal(text)
  if (parsed === undefined) return undefined
  const precision = Math.max(precisionOf(parsed.unscaled), parsed.scale + (parsed.unscaled === 0n ? 1 : 0))
  return {type: decimal(precision, parsed.scale), unscaled: parsed.unscaled}
}

/** Text that INSERT and lists take for a BOOLEAN: a prefix of true, yes, false or no. */
function isBooleanText(text: string): boolean {
  const word = text.trim().toLowerCase()
  return word !== '' && ['true', 'yes', 'false', 'no'].some(known => known.startsWith(word))
}

const invalidText = (text: string, type: SqlType): Problem => ({
  problem: `invalid input syntax for type ${baseName(type)}: "${text}".`,
})

const noConversion = (value: Value, from: SqlType, to: SqlType): Problem => ({
  problem: `Expected type ${printType(to)}, got ${printType(from)}: ${valueToText(value, from)}`,
})

function noOperator(target: SqlType, expr: Expr, text: string): Problem {
  const hint = expr.kind === 'literal' ? '' : '\nHint: You might need to add explicit type casts.'
  return {problem: `operator does not exist: ${printType(target)} = ${printType(expr.type)} (${text})${hint}`}
}
