import {BIGINT, VARCHAR, map} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {p} from '../functions/define.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'

const VALUES_MAX = 1000

function count(state: Map<Value, number>, value: Value, by: number): Map<Value, number> {
  if (value === null) return state
  const before = state.get(value)
  if (before === undefined && (by < 0 || state.size >= VALUES_MAX)) return state
  const after = (before ?? 0) + by
  if (after > 0) state.set(value, after)
  else state.delete(value)
  return state
}

const histogram = () =>
  aggregator<Map<Value, number>>({
    stateType: map(VARCHAR, BIGINT),
    initial: () => new Map(),
    add: (state, args) => count(state, first(args), 1),
    undo: (state, args) => count(state, first(args), -1),
    merge: (left, right) => [...right].reduce((state, [value, by]) => count(state, value, by), left),
    result: state => new Map(state),
  })

export const histogramAggregates = [
  aggregate(
    'HISTOGRAM',
    `How often each value occurs, as a map; values after the first ${VALUES_MAX} different ones are left out.`,
    [aggregateOverload([p('value', VARCHAR)], map(VARCHAR, BIGINT), histogram)],
  ),
]
