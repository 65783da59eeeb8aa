import {INT, array, struct} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {valuesEqual} from '../compare.ts'
import type {BoundTypes} from '../functions/definition.ts'
import {boundVariable, p, returnsVariable, variable} from '../functions/define.ts'
import {identityOf} from '../functions/value-order.ts'
import {parseInteger} from '../long.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'
import type {Aggregator} from './definition.ts'

/** Values beyond the limit are left out without a word; a negative or missing limit is none. */
function limitOf({settings}: BoundTypes, property: string): number {
  const limit = parseInteger(settings.get(property) ?? '') ?? -1
  return limit < 0 ? Infinity : limit
}

/** States grow in place; what leaves as a result is a copy. */
const copy = (state: readonly Value[]) => state.slice()

function collectList(args: BoundTypes): Aggregator {
  const limit = limitOf(args, 'ksql.functions.collect_list.limit')
  return aggregator<Value[]>({
    stateType: array(boundVariable(args, 'T')),
    initial: () => [],
    add: (state, values) => {
      if (state.length < limit) state.push(first(values))
      return state
    },
    undo: (state, values) => {
      const at = state.findLastIndex(value => valuesEqual(value, first(values)))
      if (at >= 0) state.splice(at, 1)
      return state
    },
    merge: (left, right) => [...left, ...right].slice(0, Math.min(limit, left.length + right.length)),
    result: copy,
  })
}

/** What a state holds, so that large sets need not be searched; made anew for a state that came from storage. */
const identitiesByState = new WeakMap<readonly Value[], Set<Value>>()

function identitiesOf(state: readonly Value[]): Set<Value> {
  const known = identitiesByState.get(state)
  if (known !== undefined && known.size === state.length) return known
  const identities = new Set(state.map(identityOf))
  identitiesByState.set(state, identities)
  return identities
}

function collectSet(args: BoundTypes): Aggregator {
  const limit = limitOf(args, 'ksql.functions.collect_set.limit')
  const add = (state: Value[], value: Value) => {
    if (state.length >= limit) return state
    const identities = identitiesOf(state)
    const identity = identityOf(value)
    if (!identities.has(identity)) {
      identities.add(identity)
      state.push(value)
    }
    return state
  }
  return aggregator<Value[]>({
    stateType: array(boundVariable(args, 'T')),
    initial: () => [],
    add: (state, values) => add(state, first(values)),
    merge: (left, right) => right.reduce(add, left),
    result: copy,
  })
}

type Counted = readonly [value: Value, count: number]

function count(state: readonly Counted[], value: Value, by: number): Counted[] {
  const at = state.findIndex(entry => valuesEqual(entry[0], value))
  if (at < 0) return by > 0 ? [...state, [value, by]] : [...state]
  const left = (state[at]?.[1] ?? 0) + by
  return left > 0 ? state.with(at, [value, left]) : state.toSpliced(at, 1)
}

function onlyValue(type: SqlType): Aggregator {
  return aggregator<Counted[]>({
    stateType: array(
      struct([
        {name: 'VALUE', type},
        {name: 'COUNT', type: INT},
      ]),
    ),
    initial: () => [],
    add: (state, values) => count(state, first(values), 1),
    undo: (state, values) => count(state, first(values), -1),
    merge: (left, right) => right.reduce((state, [value, by]) => count(state, value, by), left),
    result: state => (state.length === 1 ? (state[0]?.[0] ?? null) : null),
  })
}

const T = [p('value', variable('T'))]
const listOfT = (args: Parameters<typeof boundVariable>[0]) => array(boundVariable(args, 'T'))

export const collectAggregates = [
  aggregate('ATTR', 'The value that all rows of the group share, NULL counting as one; NULL if they differ.', [
    aggregateOverload(T, returnsVariable('T'), args => onlyValue(boundVariable(args, 'T'))),
  ]),
  aggregate(
    'COLLECT_LIST',
    'All values in the order of their rows, NULLs too; no more than the property ksql.functions.collect_list.limit says.',
    [aggregateOverload(T, listOfT, collectList)],
  ),
  aggregate(
    'COLLECT_SET',
    'The different values in the order of their first rows, NULL too; no more than the property ksql.functions.collect_set.limit says.',
    [aggregateOverload(T, listOfT, collectSet)],
  ),
]
