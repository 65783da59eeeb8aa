import {BOOLEAN, array, map} from '../../schema/sql-type.ts'
import type {SqlMap, Value} from '../../schema/value.ts'
import {EvaluationError} from '../evaluation-error.ts'
import type {ArgumentTypes} from './definition.ts'
import {
  NULL_SAFE,
  arrayOf,
  boundVariable,
  exactly,
  lambda,
  mapOf,
  overload,
  p,
  returnsVariable,
  scalar,
  variable,
} from './define.ts'
import {inJavaOrder} from './java-map-order.ts'

/** Lambdas come as functions of values that may throw; what they throw makes the whole result NULL. */
type Lambda = (...values: Value[]) => Value

const [T, K, V, R, S] = [variable('T'), variable('K'), variable('V'), variable('R'), variable('S')]
const list = (name: string) => p(name, arrayOf(T))
const entryMap = p('map', mapOf(K, V))
const truth = exactly(BOOLEAN)
const arrayType = (name: string) => (args: ArgumentTypes) => array(boundVariable(args, name))
const mapType = (key: string, value: string) => (args: ArgumentTypes) => map(boundVariable(args, key), boundVariable(args, value))

function accepts(verdict: Value): boolean {
  if (verdict === null) throw new EvaluationError('the condition of FILTER is NULL')
  return verdict === true
}

function transformMap(input: SqlMap, makeKey: Lambda, makeValue: Lambda): SqlMap {
  const result = new Map<Value, Value>()
  for (const [key, value] of input) {
    const newKey = makeKey(key, value)
    const newValue = makeValue(key, value)
    if (newKey === null || newValue === null) throw new EvaluationError('TRANSFORM of a map gave a NULL key or value')
    if (result.has(newKey)) throw new EvaluationError(`TRANSFORM of a map gave the key '${String(newKey)}' twice`)
    result.set(newKey, newValue)
  }
  return result
}

export const lambdaFunctions = [
  scalar('FILTER', 'lambda', 'The elements of an array, or the entries of a map, for which the lambda is TRUE.', [
    overload([list('array'), p('function', lambda([T], truth))], arrayType('T'), (values: readonly Value[], condition: Lambda) =>
      values.filter(value => accepts(condition(value))),
    ),
    overload(
      [entryMap, p('biFunction', lambda([K, V], truth))],
      mapType('K', 'V'),
      (input: SqlMap, condition: Lambda) => new Map([...input].filter(([key, value]) => accepts(condition(key, value)))),
    ),
  ]),
  scalar(
    'REDUCE',
    'lambda',
    'What the lambda makes of an initial state and each element or entry in turn; the state alone for NULL instead of a collection.',
    [
      overload(
        [list('list'), p('initialState', S), p('biFunction', lambda([S, T], S))],
        returnsVariable('S'),
        (values: readonly Value[] | null, initial: Value, step: Lambda) =>
          initial === null || values === null ? initial : values.reduce<Value>((state, value) => step(state, value), initial),
        NULL_SAFE,
      ),
      overload(
        [entryMap, p('initialState', S), p('triFunction', lambda([S, K, V], S))],
        returnsVariable('S'),
        (input: SqlMap | null, initial: Value, step: Lambda) =>
          initial === null || input === null
            ? initial
            : inJavaOrder(input).reduce<Value>((state, [key, value]) => step(state, key, value), initial),
        NULL_SAFE,
      ),
    ],
  ),
  scalar('TRANSFORM', 'lambda', 'Each element of an array, or each key and each value of a map, as the lambdas make it anew.', [
    overload([list('array'), p('function', lambda([T], R))], arrayType('R'), (values: readonly Value[], change: Lambda) =>
      values.map(value => change(value)),
    ),
    overload(
      [entryMap, p('biFunction1', lambda([K, V], R)), p('biFunction2', lambda([K, V], T))],
      mapType('R', 'T'),
      transformMap,
    ),
  ]),
]
