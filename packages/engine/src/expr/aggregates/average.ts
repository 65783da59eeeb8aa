import {BIGINT, DOUBLE, INT, struct} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {p} from '../functions/define.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'
import {DOUBLE_SUM, INT_SUM, LONG_SUM} from './sum.ts'
import type {Arithmetic} from './sum.ts'

type State<N> = readonly [sum: N, count: number]

/** The sum is kept in the argument's own type: that of INT wraps at 32 bits. */
function average<N extends number | bigint>({type, zero, plus, minus}: Arithmetic<N>) {
  const change =
    (step: (left: N, right: N) => N, by: number) =>
    (state: State<N>, args: readonly Value[]): State<N> =>
      first(args) === null ? state : [step(state[0], first(args) as N), state[1] + by]
  return aggregator<State<N>>({
    stateType: struct([
      {name: 'SUM', type},
      {name: 'COUNT', type: BIGINT},
    ]),
    initial: () => [zero, 0],
    add: change(plus, 1),
    undo: change(minus, -1),
    merge: (left, right) => [plus(left[0], right[0]), left[1] + right[1]],
    result: ([sum, count]) => (count === 0 ? 0 : Number(sum) / count),
  })
}

export const averageAggregates = [
  aggregate(
    'AVG',
    'The average of the values that are not NULL, 0.0 if there are none.',
    [
      aggregateOverload([p('value', BIGINT)], DOUBLE, () => average(LONG_SUM)),
      aggregateOverload([p('value', INT)], DOUBLE, () => average(INT_SUM)),
      aggregateOverload([p('value', DOUBLE)], DOUBLE, () => average(DOUBLE_SUM)),
    ],
    {star: 0},
  ),
]
