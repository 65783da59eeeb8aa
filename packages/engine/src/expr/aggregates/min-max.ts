import {BIGINT, BYTES, DATE, DOUBLE, INT, TIME, TIMESTAMP, VARCHAR, array, struct} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {anyOf, p} from '../functions/define.ts'
import {compareValues} from '../functions/value-order.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'
import type {AggregateDefinition, AggregateOverload, Aggregator} from './definition.ts'

type Sign = 1 | -1

function extreme(type: SqlType, sign: Sign): Aggregator {
  const pick = (left: Value, right: Value) =>
    left === null || (right !== null && compareValues(right, left) * sign > 0) ? right : left
  return aggregator<Value>({
    stateType: type,
    initial: () => null,
    add: (state, args) => pick(state, first(args)),
    merge: pick,
    result: state => state,
    hint: sign > 0 ? 'max' : 'min',
  })
}

type Counted = [value: Value, count: number]

/** Where the value stands, or would stand, in the ascending list. */
function placeOf(list: readonly Counted[], value: Value): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareValues(list[middle]?.[0] ?? null, value) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Counts a value up or down, and lets it go at 0. */
function change(list: Counted[], value: Value, by: number): Counted[] {
  if (value === null) return list
  const place = placeOf(list, value)
  const found = list[place]
  if (found === undefined || compareValues(found[0], value) !== 0) {
    if (by > 0) list.splice(place, 0, [value, by])
  } else if (found[1] + by <= 0) list.splice(place, 1)
  else list[place] = [found[0], found[1] + by]
  return list
}

/**
 * With undo, the lowest of what is left can be any value: so all different values are kept, in ascending order with their
 * counts. The state grows with the number of different values in a group.
 */
function retractableExtreme(type: SqlType, sign: Sign): Aggregator {
  return aggregator<Counted[]>({
    stateType: array(
      struct([
        {name: 'VALUE', type},
        {name: 'COUNT', type: BIGINT},
      ]),
    ),
    initial: () => [],
    add: (state, args) => change(state, first(args), 1),
    undo: (state, args) => change(state, first(args), -1),
    merge: (left, right) => right.reduce((list, [value, count]) => change(list, value, count), left),
    result: state => state.at(sign > 0 ? -1 : 0)?.[0] ?? null,
  })
}

function extremes(name: string, description: string, sign: Sign): AggregateDefinition {
  const parameters = [INT, BIGINT, DOUBLE, anyOf('DECIMAL'), DATE, TIME, TIMESTAMP, VARCHAR, BYTES].map(type => p('value', type))
  const overloads = parameters.map((parameter): AggregateOverload =>
    aggregateOverload(
      [parameter],
      ({types}) => types[0] ?? INT,
      ({types}) => extreme(types[0] ?? INT, sign),
      {bindOnTable: ({types}) => retractableExtreme(types[0] ?? INT, sign)},
    ),
  )
  return aggregate(name, description, overloads)
}

export const minMaxAggregates = [
  extremes('MAX', 'The highest value that is not NULL; text by UTF-16 unit, bytes as signed numbers.', 1),
  extremes('MIN', 'The lowest value that is not NULL; text by UTF-16 unit, bytes as signed numbers.', -1),
]
