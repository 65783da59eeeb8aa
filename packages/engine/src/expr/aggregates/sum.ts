import {BIGINT, DOUBLE, INT} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {fitDecimal} from '../decimal.ts'
import {anyOf, arrayOf, exactly, p} from '../functions/define.ts'
import {addLong, subtractLong} from '../long.ts'
import type {Long} from '../long.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'
import type {Aggregator} from './definition.ts'

/** Addition of one type: what a sum starts at, and how it grows and shrinks. */
export type Arithmetic<N extends Value> = {
  readonly type: SqlType
  readonly zero: N
  readonly plus: (left: N, right: N) => N
  readonly minus: (left: N, right: N) => N
}

/** 32 bits, wrapping. */
export const INT_SUM: Arithmetic<number> = {type: INT, zero: 0, plus: (a, b) => (a + b) | 0, minus: (a, b) => (a - b) | 0}
/** 64 bits, wrapping. */
export const LONG_SUM: Arithmetic<Long> = {type: BIGINT, zero: 0, plus: addLong, minus: subtractLong}
export const DOUBLE_SUM: Arithmetic<number> = {type: DOUBLE, zero: 0, plus: (a, b) => a + b, minus: (a, b) => a - b}

/** Throws EvaluationError when the sum outgrows the type. */
function decimalSum(type: SqlType): Arithmetic<bigint> {
  if (type.kind !== 'DECIMAL') throw new Error(`${type.kind} is no DECIMAL`)
  const {precision, scale} = type
  return {
    type,
    zero: 0n,
    plus: (a, b) => fitDecimal(a + b, precision, scale),
    minus: (a, b) => fitDecimal(a - b, precision, scale),
  }
}

function sum<N extends Value>({type, zero, plus, minus}: Arithmetic<N>, hint?: Aggregator['hint']): Aggregator {
  return aggregator<N>({
    stateType: type,
    initial: () => zero,
    add: (state, args) => (first(args) === null ? state : plus(state, first(args) as N)),
    undo: (state, args) => (first(args) === null ? state : minus(state, first(args) as N)),
    merge: plus,
    result: state => state,
    ...(hint === undefined ? {} : {hint}),
  })
}

/** NULL arrays and NULL elements add nothing. */
function sumOfLists<N extends Value>({type, zero, plus, minus}: Arithmetic<N>): Aggregator {
  const over = (step: (left: N, right: N) => N) => (state: N, args: readonly Value[]) =>
    ((first(args) ?? []) as readonly (N | null)[]).reduce<N>((total, item) => (item === null ? total : step(total, item)), state)
  return aggregator<N>({
    stateType: type,
    initial: () => zero,
    add: over(plus),
    undo: over(minus),
    merge: plus,
    result: state => state,
  })
}

export const sumAggregates = [
  aggregate(
    'SUM',
    'The sum of the values that are not NULL, 0 if there are none. Whole numbers wrap; a DECIMAL that grows out of its type ends the query.',
    [
      aggregateOverload(
        [p('value', anyOf('DECIMAL'))],
        ({types}) => types[0] ?? BIGINT,
        ({types}) => sum(decimalSum(types[0] ?? BIGINT)),
      ),
      aggregateOverload([p('value', DOUBLE)], DOUBLE, () => sum(DOUBLE_SUM, 'sum-double')),
      aggregateOverload([p('value', BIGINT)], BIGINT, () => sum(LONG_SUM, 'sum-long')),
      aggregateOverload([p('value', INT)], INT, () => sum(INT_SUM)),
    ],
  ),
  aggregate('SUM_LIST', 'The sum of the elements of the arrays; NULL arrays and elements are left out.', [
    aggregateOverload([p('list', arrayOf(exactly(DOUBLE)))], DOUBLE, () => sumOfLists(DOUBLE_SUM)),
    aggregateOverload([p('list', arrayOf(exactly(INT)))], INT, () => sumOfLists(INT_SUM)),
    aggregateOverload([p('list', arrayOf(exactly(BIGINT)))], BIGINT, () => sumOfLists(LONG_SUM)),
  ]),
]
