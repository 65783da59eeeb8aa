import {BIGINT} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {p, variable} from '../functions/define.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'

/** `counts` says whether a row counts. */
const counting = (counts: (args: readonly Value[]) => boolean, hint: 'count' | 'count-star') => () =>
  aggregator<number>({
    stateType: BIGINT,
    initial: () => 0,
    add: (state, args) => (counts(args) ? state + 1 : state),
    undo: (state, args) => (counts(args) ? state - 1 : state),
    merge: (left, right) => left + right,
    result: state => state,
    hint,
  })

export const countAggregates = [
  aggregate(
    'COUNT',
    'The number of rows, or of rows in which the argument is not NULL.',
    [
      aggregateOverload(
        [],
        BIGINT,
        counting(() => true, 'count-star'),
      ),
      aggregateOverload(
        [p('column', variable('T'))],
        BIGINT,
        counting(args => first(args) !== null, 'count'),
      ),
    ],
    {star: 0},
  ),
]
