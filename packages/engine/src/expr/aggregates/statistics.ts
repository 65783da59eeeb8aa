import {BIGINT, DOUBLE, INT, struct} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {p} from '../functions/define.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'
import type {AggregateDefinition} from './definition.ts'

/** `squares` is the sum of the squared distances from the mean. */
type Spread = readonly [sum: number, count: number, squares: number]

/**
 * Grows and shrinks without keeping the values. (Youngs and Cramer, "Some results relevant to choice of sum and
 * sum-of-product algorithms", 1971)
 */
function spreadWith([sum, count, squares]: Spread, value: number): Spread {
  const distance = value * (count + 1) - (sum + value)
  return [sum + value, count + 1, count === 0 ? squares : squares + (distance * distance) / ((count + 1) * count)]
}

function spreadWithout([sum, count, squares]: Spread, value: number): Spread {
  if (count <= 1) return [0, 0, 0]
  const distance = value * count - sum
  return [sum - value, count - 1, squares - (distance * distance) / (count * (count - 1))]
}

function mergeSpreads(left: Spread, right: Spread): Spread {
  if (left[1] === 0 || right[1] === 0) return left[1] === 0 ? right : left
  const count = left[1] + right[1]
  const distance = left[0] / left[1] - right[0] / right[1]
  return [left[0] + right[0], count, left[2] + right[2] + (left[1] * right[1] * distance * distance) / count]
}

function deviation(name: string, description: string, ofVariance: (variance: number) => number): AggregateDefinition {
  const change = (step: (state: Spread, value: number) => Spread) => (state: Spread, args: readonly Value[]) =>
    first(args) === null ? state : step(state, Number(first(args)))
  const bind = () =>
    aggregator<Spread>({
      stateType: struct([
        {name: 'SUM', type: DOUBLE},
        {name: 'COUNT', type: BIGINT},
        {name: 'SQUARES', type: DOUBLE},
      ]),
      initial: () => [0, 0, 0],
      add: change(spreadWith),
      undo: change(spreadWithout),
      merge: mergeSpreads,
      result: ([, count, squares]) => (count < 2 ? 0 : ofVariance(squares / (count - 1))),
    })
  return aggregate(
    name,
    description,
    [BIGINT, INT, DOUBLE].map(type => aggregateOverload([p('value', type)], DOUBLE, bind)),
  )
}

type Pairs = readonly [x: number, y: number, xx: number, yy: number, xy: number, count: number]

const plus = (left: Pairs, right: Pairs, sign: 1 | -1): Pairs => [
  left[0] + sign * right[0],
  left[1] + sign * right[1],
  left[2] + sign * right[2],
  left[3] + sign * right[3],
  left[4] + sign * right[4],
  left[5] + sign * right[5],
]

const correlation = () => {
  const change =
    (sign: 1 | -1) =>
    (state: Pairs, [left = null, right = null]: readonly Value[]) => {
      if (left === null || right === null) return state
      const [x, y] = [Number(left), Number(right)]
      return plus(state, [x, y, x * x, y * y, x * y, 1], sign)
    }
  return aggregator<Pairs>({
    stateType: struct([
      ...['SUM_X', 'SUM_Y', 'SUM_XX', 'SUM_YY', 'SUM_XY'].map(name => ({name, type: DOUBLE})),
      {name: 'COUNT', type: BIGINT},
    ]),
    initial: () => [0, 0, 0, 0, 0, 0],
    add: change(1),
    undo: change(-1),
    merge: (left, right) => plus(left, right, 1),
    result: ([x, y, xx, yy, xy, count]) => (count * xy - x * y) / Math.sqrt((count * xx - x * x) * (count * yy - y * y)),
  })
}

export const statisticsAggregates = [
  aggregate(
    'CORRELATION',
    'The Pearson correlation of two columns, -1 to 1; rows with a NULL are left out, NaN where it is not defined.',
    [DOUBLE, INT, BIGINT].map(type => aggregateOverload([p('x', type), p('y', type)], DOUBLE, correlation)),
  ),
  deviation(
    'STDDEV_SAMP',
    'The sample variance (not its root, which is STDDEV_SAMPLE: the name is kept for compatibility); 0.0 for less than two values.',
    variance => variance,
  ),
  deviation('STDDEV_SAMPLE', 'The sample standard deviation; 0.0 for less than two values.', Math.sqrt),
]
