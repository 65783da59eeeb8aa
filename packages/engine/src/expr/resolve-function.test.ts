import {expect, test} from 'vitest'
import {array, BIGINT, BOOLEAN, decimal, DOUBLE, INT, map, VARCHAR, type SqlType} from '../schema/sql-type.ts'
import type {Parameter, ParameterType} from './functions/definition.ts'
import type {ArgumentShape} from './match-parameter.ts'
import {finishFunction, resolveFunction, type Signature, type Signatures} from './resolve-function.ts'
import {isProblem} from './types.ts'

const exact = (type: SqlType): ParameterType => ({match: 'exact', type})
const variable = (name: string): ParameterType => ({match: 'variable', name})
const signature = (types: readonly ParameterType[], returns: Signature['returns'], isVariadic = false): Signature => ({
  parameters: types.map((type, i): Parameter => ({name: `p${i}`, type})),
  returns,
  isVariadic,
})

const anyDecimal: ParameterType = {match: 'kind', kind: 'DECIMAL'}
const least: Signatures = {
  name: 'LEAST',
  overloads: [INT, BIGINT, DOUBLE, VARCHAR]
    .map(type => signature([exact(type), exact(type)], type, true))
    .concat([signature([anyDecimal, anyDecimal], decimal(50, 30), true)]),
}

function resolve(definition: Signatures, args: readonly ArgumentShape[], bodies: ReadonlyMap<number, SqlType> = new Map()) {
  const resolution = resolveFunction(
    definition,
    args,
    args.map(() => undefined),
  )
  if (isProblem(resolution)) return resolution
  const finished = finishFunction(resolution, bodies)
  return isProblem(finished) ? finished : {...resolution, ...finished}
}

test('the exact overload wins, then numbers widen', () => {
  expect(resolve(least, [INT, INT])).toMatchObject({overload: 0})
  expect(resolve(least, [BIGINT, BIGINT, BIGINT])).toMatchObject({overload: 1})
  expect(resolve(least, [DOUBLE, INT])).toMatchObject({overload: 2, argumentTypes: [DOUBLE, DOUBLE]})
  const exp: Signatures = {name: 'EXP', overloads: [signature([exact(DOUBLE)], DOUBLE)]}
  expect(resolve(exp, [decimal(3, 1)])).toMatchObject({argumentTypes: [DOUBLE]})
})

test('an INT for a DECIMAL parameter becomes DECIMAL(10, 0)', () => {
  const scale: Signatures = {name: 'SCALE', overloads: [signature([anyDecimal], INT)]}
  expect(resolve(scale, [INT])).toMatchObject({argumentTypes: [decimal(10, 0)]})
})

test('two equally good overloads are refused', () => {
  expect(resolve(least, [INT, BIGINT, decimal(50, 30)])).toEqual({
    problem: expect.stringContaining(
      "'LEAST' cannot be resolved due to ambiguous method parameters (INTEGER, BIGINT, DECIMAL(50, 30)).",
    ),
  })
  expect(resolve(least, ['null', 'null'])).toHaveProperty('problem')
})

test('no overload: the message says what was given and what there is', () => {
  const explode: Signatures = {name: 'EXPLODE', overloads: [signature([{match: 'array', element: variable('T')}], VARCHAR)]}
  expect(resolve(explode, [map(VARCHAR, INT)])).toEqual({
    problem: expect.stringMatching(
      /^Function 'EXPLODE' does not accept parameters \(MAP<STRING, INTEGER>\)\.\nValid alternatives are:\nEXPLODE\(ARRAY<T> p0\)\n/,
    ),
  })
})

test('NULL fits any parameter and takes its type', () => {
  const repeat: Signatures = {name: 'REPEAT', overloads: [signature([exact(VARCHAR), exact(INT)], VARCHAR)]}
  expect(resolve(repeat, ['null', INT])).toMatchObject({argumentTypes: [VARCHAR, INT]})
})

test('a type variable takes the widest of its arguments', () => {
  const coalesce: Signatures = {
    name: 'COALESCE',
    overloads: [signature([variable('T'), variable('T')], args => args.variables.get('T') ?? VARCHAR, true)],
  }
  expect(resolve(coalesce, [BIGINT, INT])).toMatchObject({result: BIGINT, argumentTypes: [BIGINT, BIGINT]})
  expect(resolve(coalesce, ['null', INT])).toMatchObject({result: INT, argumentTypes: [INT, INT]})
  expect(resolve(coalesce, [])).toHaveProperty('problem')
  expect(resolve(coalesce, [VARCHAR, INT])).toHaveProperty('problem')
})

const T = variable('T')
const transform: Signatures = {
  name: 'TRANSFORM',
  overloads: [
    signature(
      [
        {match: 'array', element: T},
        {match: 'lambda', parameters: [T], returns: variable('R')},
      ],
      args => array(args.variables.get('R') ?? VARCHAR),
    ),
  ],
}
const reduce: Signatures = {
  name: 'REDUCE',
  overloads: [
    signature(
      [{match: 'array', element: T}, variable('S'), {match: 'lambda', parameters: [variable('S'), T], returns: variable('S')}],
      args => args.variables.get('S') ?? VARCHAR,
    ),
  ],
}

test('a lambda gets its parameter types first and gives the result type afterwards', () => {
  const resolution = resolveFunction(transform, [array(INT), {kind: 'lambda', arity: 1}], [])
  expect(resolution).toMatchObject({lambdas: new Map([[1, [INT]]])})
  expect(resolve(transform, [array(INT), {kind: 'lambda', arity: 1}], new Map([[1, BOOLEAN]]))).toMatchObject({
    result: array(BOOLEAN),
  })
})

test('the body of a lambda is brought to the type that is already known', () => {
  const args: readonly ArgumentShape[] = [array(INT), BIGINT, {kind: 'lambda', arity: 2}]
  expect(resolve(reduce, args, new Map([[2, INT]]))).toMatchObject({result: BIGINT, bodies: new Map([[2, BIGINT]])})
  expect(resolve(reduce, args, new Map([[2, VARCHAR]]))).toHaveProperty('problem')
})

test('a lambda with another number of parameters does not fit', () => {
  expect(resolve(transform, [array(INT), {kind: 'lambda', arity: 2}])).toHaveProperty('problem')
})
