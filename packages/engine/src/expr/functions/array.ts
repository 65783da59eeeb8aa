import {BIGINT, BOOLEAN, INT, VARCHAR, array} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {valuesEqual} from '../compare.ts'
import {EvaluationError} from '../evaluation-error.ts'
import {valueToText} from '../java-text.ts'
import {addLong} from '../long.ts'
import type {Long} from '../long.ts'
import type {BoundTypes, FunctionDefinition} from './definition.ts'
import {NULL_SAFE, arrayOf, bound, boundVariable, overload, p, returnsVariable, scalar, variable} from './define.ts'
import {compareValues, identityOf} from './value-order.ts'

type Items = readonly Value[]

const T = variable('T')
const items = (name: string) => p(name, arrayOf(T))
const arrayOfT = (args: Parameters<typeof boundVariable>[0]) => array(boundVariable(args, 'T'))

function distinct(values: Iterable<Value>): Value[] {
  const seen = new Map<Value, Value>()
  for (const value of values) {
    const identity = identityOf(value)
    if (!seen.has(identity)) seen.set(identity, value)
  }
  return [...seen.values()]
}

const extreme = (sign: 1 | -1) => (values: Items) =>
  values.reduce<Value>(
    (best, value) => (value === null || (best !== null && compareValues(value, best) * sign <= 0) ? best : value),
    null,
  )

const ASCENDING = ['ASC', 'ASCENDING']
const DESCENDING = ['DESC', 'DESCENDING']

/** NULLs stand last in both directions. */
function sort(values: Items, direction = 'ASC'): Items | null {
  const word = direction.trim().toUpperCase()
  if (!ASCENDING.includes(word) && !DESCENDING.includes(word)) return null
  const sign = ASCENDING.includes(word) ? 1 : -1
  return values.toSorted((left, right) => {
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return compareValues(left, right) * sign
  })
}

/** The most elements that GENERATE_SERIES makes. */
const SERIES_LENGTH_MAX = 1_000_000

function series(start: Long, end: Long, step: number = end > start ? 1 : -1): Long[] {
  if (step === 0) throw new EvaluationError('GENERATE_SERIES step cannot be zero')
  if (end > start && step < 0) throw new EvaluationError('GENERATE_SERIES step has wrong sign')
  if (end < start && step > 0) throw new EvaluationError('GENERATE_SERIES step has wrong sign')
  const length = (BigInt(end) - BigInt(start)) / BigInt(step) + 1n
  if (length > SERIES_LENGTH_MAX)
    throw new EvaluationError(`GENERATE_SERIES would make ${length} values, more than ${SERIES_LENGTH_MAX}`)
  const result: Long[] = []
  for (let value = start; result.length < length; value = addLong(value, step)) result.push(value)
  return result
}

const JOINABLE = ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'DECIMAL', 'VARCHAR']

function bindJoin(args: BoundTypes) {
  const element = boundVariable(args, 'T')
  return (values: Items | null, delimiter: string | null = ',') => {
    if (values === null) return null
    const texts = values.map(value => {
      if (value !== null && !JOINABLE.includes(element.kind))
        throw new EvaluationError(`ARRAY_JOIN cannot join values of type ${element.kind}`)
      return valueToText(value, element)
    })
    return texts.join(delimiter ?? '')
  }
}

function slice(values: Items | null, from: number | null, to: number | null): Items | null {
  if (values === null) return null
  const start = from === null ? 0 : from - 1
  const end = to ?? values.length
  return start < 0 || end > values.length || start > end ? null : values.slice(start, end)
}

const ofTwo = (name: string, description: string, combine: (left: Items, right: Items) => Items): FunctionDefinition =>
  scalar(name, 'array', description, [overload([items('left'), items('right')], arrayOfT, combine)])

const identities = (values: Items) => new Set(values.map(identityOf))

export const arrayFunctions = [
  scalar(
    'ARRAY_CONCAT',
    'array',
    'The elements of both arrays, one after another; a NULL array counts as empty, two give NULL.',
    [
      overload(
        [items('left'), items('right')],
        arrayOfT,
        (left: Items | null, right: Items | null) => (left === null ? right : right === null ? left : [...left, ...right]),
        NULL_SAFE,
      ),
    ],
  ),
  scalar('ARRAY_CONTAINS', 'array', 'Whether the value, which may be NULL, is an element; FALSE for a NULL array.', [
    overload(
      [items('array'), p('val', T)],
      BOOLEAN,
      (values: Items | null, wanted: Value) => values !== null && values.some(value => valuesEqual(value, wanted)),
      NULL_SAFE,
    ),
  ]),
  scalar('ARRAY_DISTINCT', 'array', 'The different elements, NULL among them, in the order of their first occurrence.', [
    overload([items('input')], arrayOfT, distinct),
  ]),
  ofTwo('ARRAY_EXCEPT', 'The different elements of the left array that are not in the right one.', (left, right) => {
    const excluded = identities(right)
    return distinct(left.filter(value => !excluded.has(identityOf(value))))
  }),
  ofTwo('ARRAY_INTERSECT', 'The different elements of the left array that are in the right one, too.', (left, right) => {
    const wanted = identities(right)
    return distinct(left.filter(value => wanted.has(identityOf(value))))
  }),
  scalar(
    'ARRAY_JOIN',
    'array',
    'The elements as one text with a delimiter (a comma unless given) between them; a NULL element reads null.',
    [
      bound([items('array')], VARCHAR, bindJoin, NULL_SAFE),
      bound([items('array'), p('delimiter', VARCHAR)], VARCHAR, bindJoin, NULL_SAFE),
    ],
  ),
  scalar('ARRAY_LENGTH', 'array', 'The number of elements.', [overload([items('array')], INT, (values: Items) => values.length)]),
  scalar('ARRAY_MAX', 'array', 'The highest element; NULL elements are left out.', [
    overload([items('input')], returnsVariable('T'), extreme(1)),
  ]),
  scalar('ARRAY_MIN', 'array', 'The lowest element; NULL elements are left out.', [
    overload([items('input')], returnsVariable('T'), extreme(-1)),
  ]),
  scalar('ARRAY_REMOVE', 'array', 'The array without the elements that equal a value, which may be NULL.', [
    overload(
      [items('array'), p('victim', T)],
      arrayOfT,
      (values: Items | null, victim: Value) => (values === null ? null : values.filter(value => !valuesEqual(value, victim))),
      NULL_SAFE,
    ),
  ]),
  scalar(
    'ARRAY_SORT',
    'array',
    'The elements in order, ASC (unless given) or DESC; NULLs last in both. NULL for another direction.',
    [
      overload([items('input')], arrayOfT, (values: Items) => sort(values)),
      overload([items('input'), p('direction', VARCHAR)], arrayOfT, sort),
    ],
  ),
  ofTwo('ARRAY_UNION', 'The different elements of both arrays, in the order of their first occurrence.', (left, right) =>
    distinct([...left, ...right]),
  ),
  scalar('GENERATE_SERIES', 'array', 'The whole numbers from start to end, both included, by a step (1 or -1 unless given).', [
    overload([p('start', INT), p('end', INT)], array(INT), (start: number, end: number) => series(start, end)),
    overload([p('start', INT), p('end', INT), p('step', INT)], array(INT), series),
    overload([p('start', BIGINT), p('end', BIGINT)], array(BIGINT), (start: Long, end: Long) => series(start, end)),
    overload([p('start', BIGINT), p('end', BIGINT), p('step', INT)], array(BIGINT), series),
  ]),
  scalar(
    'SLICE',
    'array',
    'The elements from one place to another, counted from 1, both included; a NULL bound is open. NULL if out of range.',
    [overload([items('in'), p('from', INT), p('to', INT)], arrayOfT, slice, NULL_SAFE)],
  ),
]
