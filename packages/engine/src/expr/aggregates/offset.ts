import {BIGINT, BOOLEAN, INT, array, struct} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {EvaluationError} from '../evaluation-error.ts'
import type {BoundTypes} from '../functions/definition.ts'
import {boundVariable, p, returnsVariable, variable} from '../functions/define.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'
import type {AggregateDefinition, Aggregator} from './definition.ts'

/** A value and when it was processed, so that merged sessions know which was first. */
type Seen = readonly [sequence: number, value: Value]
type End = 'earliest' | 'latest'

const seenType = (type: SqlType) =>
  struct([
    {name: 'SEQUENCE', type: BIGINT},
    {name: 'VALUE', type},
  ])

/** NULL until a value was seen. */
function one(type: SqlType, end: End, ignoresNulls: boolean): Aggregator {
  return aggregator<Seen | null>({
    stateType: seenType(type),
    initial: () => null,
    add: (state, args, sequence) => {
      if (ignoresNulls && first(args) === null) return state
      return end === 'earliest' && state !== null ? state : [sequence, first(args)]
    },
    merge: (left, right) => {
      if (left === null || right === null) return left ?? right
      return end === 'earliest' ? (right[0] < left[0] ? right : left) : left[0] > right[0] ? left : right
    },
    result: state => state?.[1] ?? null,
  })
}

function several(type: SqlType, end: End, count: number, ignoresNulls: boolean): Aggregator {
  if (count < 1) throw new EvaluationError(`the number of values must be 1 or greater, not ${count}`)
  const keep = (seen: readonly Seen[]) => (end === 'earliest' ? seen.slice(0, count) : seen.slice(-count))
  return aggregator<readonly Seen[]>({
    stateType: array(seenType(type)),
    initial: () => [],
    add: (state, args, sequence) => {
      if (ignoresNulls && first(args) === null) return state
      return end === 'earliest' && state.length >= count ? state : keep([...state, [sequence, first(args)]])
    },
    merge: (left, right) => keep([...left, ...right].toSorted((a, b) => a[0] - b[0])),
    result: state => state.map(([, value]) => value),
  })
}

function byOffset(name: string, end: End, countName: string, description: string): AggregateDefinition {
  const value = p('column', variable('T'))
  const ignoreNulls = p('ignoreNulls', BOOLEAN)
  const count = p(countName, INT)
  const single = returnsVariable('T')
  const list = (args: Parameters<typeof boundVariable>[0]) => array(boundVariable(args, 'T'))
  const type = (args: BoundTypes) => boundVariable(args, 'T')
  const literals = {literalsFrom: 1}
  return aggregate(name, description, [
    aggregateOverload([value], single, args => one(type(args), end, true), literals),
    aggregateOverload([value, ignoreNulls], single, args => one(type(args), end, args.literals[1] !== false), literals),
    aggregateOverload([value, count], list, args => several(type(args), end, Number(args.literals[1]), true), literals),
    aggregateOverload(
      [value, count, ignoreNulls],
      list,
      args => several(type(args), end, Number(args.literals[1]), args.literals[2] !== false),
      literals,
    ),
  ])
}

export const offsetAggregates = [
  byOffset(
    'EARLIEST_BY_OFFSET',
    'earliest',
    'earliestN',
    'The value of the row that was processed first, or an array of the first n; NULLs are left out unless ignoreNulls is FALSE.',
  ),
  byOffset(
    'LATEST_BY_OFFSET',
    'latest',
    'latestN',
    'The value of the row that was processed last, or an array of the last n, oldest first; NULLs are left out unless ignoreNulls is FALSE.',
  ),
]
