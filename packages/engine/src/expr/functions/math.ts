import {BIGINT, DOUBLE, INT} from '../../schema/sql-type.ts'
import {negateLong} from '../long.ts'
import type {Long} from '../long.ts'
import {anyOf, onDoubles, overload, p, scalar} from './define.ts'
import {randomFraction} from './random-fraction.ts'

const onNumber = (name: string, description: string, evaluate: (x: number) => number) =>
  scalar(name, 'mathematical', description, onDoubles(['value'], evaluate))

const logarithm = (base: number, value: number) => (base <= 0 || base === 1 ? NaN : Math.log(value) / Math.log(base))
const RADIANS_PER_DEGREE = Math.PI / 180

export const mathFunctions = [
  scalar('ABS', 'mathematical', 'The absolute value.', [
    overload([p('val', INT)], INT, (x: number) => Math.abs(x) | 0),
    overload([p('val', BIGINT)], BIGINT, (x: Long) => (x < 0 ? negateLong(x) : x)),
    overload([p('val', DOUBLE)], DOUBLE, (x: number) => Math.abs(x)),
    overload(
      [p('val', anyOf('DECIMAL'))],
      args => args.types[0] ?? DOUBLE,
      (x: bigint) => (x < 0n ? -x : x),
    ),
  ]),
  onNumber('ACOS', 'The arc cosine, in radians; NaN outside -1 to 1.', Math.acos),
  onNumber('ASIN', 'The arc sine, in radians; NaN outside -1 to 1.', Math.asin),
  onNumber('ATAN', 'The arc tangent, in radians.', Math.atan),
  scalar(
    'ATAN2',
    'mathematical',
    'The angle, in radians, of the point (x, y) seen from the origin.',
    onDoubles(['y', 'x'], (y = 0, x = 0) => Math.atan2(y, x)),
  ),
  onNumber('CBRT', 'The cube root.', Math.cbrt),
  onNumber('COS', 'The cosine of an angle in radians.', Math.cos),
  onNumber('COSH', 'The hyperbolic cosine of an angle in radians.', Math.cosh),
  onNumber('COT', 'The cotangent of an angle in radians; infinite at 0.', x => 1 / Math.tan(x)),
  onNumber('DEGREES', 'An angle in radians, in degrees.', x => x / RADIANS_PER_DEGREE),
  onNumber('EXP', 'e raised to the given power.', Math.exp),
  onNumber('LN', 'The natural logarithm: NaN for negative numbers, -Infinity for 0.', Math.log),
  scalar(
    'LOG',
    'mathematical',
    'The natural logarithm of a value, or its logarithm to the given base: NaN for a base of 1, 0 or less.',
    [
      ...onDoubles(['value'], (value = 0) => Math.log(value)),
      ...onDoubles(['base', 'value'], (base = 0, value = 0) => logarithm(base, value)),
    ],
  ),
  scalar('PI', 'mathematical', 'The ratio of a circle’s circumference to its diameter.', [overload([], DOUBLE, () => Math.PI)]),
  scalar(
    'POWER',
    'mathematical',
    'The base raised to the exponent.',
    onDoubles(['base', 'exponent'], (base = 0, exponent = 0) => base ** exponent),
  ),
  onNumber('RADIANS', 'An angle in degrees, in radians.', x => x * RADIANS_PER_DEGREE),
  scalar('RANDOM', 'mathematical', 'A random number from 0 up to, but without, 1.', [overload([], DOUBLE, randomFraction)], {
    isDeterministic: false,
  }),
  scalar('SIGN', 'mathematical', 'The sign as -1, 0 or 1; 0 for NaN.', [
    overload([p('value', INT)], INT, (x: number) => Math.sign(x)),
    overload([p('value', BIGINT)], INT, (x: Long) => (x < 0 ? -1 : x > 0 ? 1 : 0)),
    overload([p('value', DOUBLE)], INT, (x: number) => (x < 0 ? -1 : x > 0 ? 1 : 0)),
  ]),
  onNumber('SIN', 'The sine of an angle in radians.', Math.sin),
  onNumber('SINH', 'The hyperbolic sine of an angle in radians.', Math.sinh),
  onNumber('SQRT', 'The square root; NaN for negative numbers.', Math.sqrt),
  onNumber('TAN', 'The tangent of an angle in radians.', Math.tan),
  onNumber('TANH', 'The hyperbolic tangent of an angle in radians.', Math.tanh),
]
