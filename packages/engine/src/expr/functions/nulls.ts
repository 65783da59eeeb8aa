import type {Value} from '../../schema/value.ts'
import {valuesEqual} from '../compare.ts'
import {NULL_SAFE, VARIADIC, overload, p, returnsVariable, scalar, variable} from './define.ts'

const T = variable('T')

export const nullFunctions = [
  scalar('AS_VALUE', 'other', 'A copy of a key column for the value, under a name of its own.', [
    overload([p('keyColumn', T)], returnsVariable('T'), (key: Value) => key),
  ]),
  scalar('COALESCE', 'nulls', 'The first argument that is not NULL.', [
    overload(
      [p('first', T), p('others', T)],
      returnsVariable('T'),
      (...values: Value[]) => values.find(value => value !== null) ?? null,
      {...VARIADIC, ...NULL_SAFE},
    ),
  ]),
  scalar('IFNULL', 'nulls', 'The first argument, or the second where the first is NULL.', [
    overload(
      [p('expression', T), p('altValue', T)],
      returnsVariable('T'),
      (value: Value, other: Value) => value ?? other,
      NULL_SAFE,
    ),
  ]),
  scalar('NULLIF', 'nulls', 'The first argument, or NULL where both are equal.', [
    overload(
      [p('expr1', T), p('expr2', T)],
      returnsVariable('T'),
      (left: Value, right: Value) => (valuesEqual(left, right) ? null : left),
      NULL_SAFE,
    ),
  ]),
]
