import {expect, test} from 'vitest'
import {array, BIGINT, BOOLEAN, decimal, INT, VARCHAR, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {lookUpTestFunction} from '../testing/arbitrary-expr.ts'
import {evaluate} from './interpret.ts'
import type {ArithmeticOperator, CompareOperator, Expr} from './ir.ts'

const env = {functions: {lookUpFunction: lookUpTestFunction}, settings: {get: () => undefined, nowMs: () => 0}}
const row = {column: () => null, system: () => null, headers: () => null}

function run(expr: Expr) {
  const reports: unknown[] = []
  try {
    return {value: evaluate(expr, row, env, error => reports.push(error)), reports: reports.length}
  } catch {
    return 'fails'
  }
}

const literal = (type: SqlType, value: Value): Expr => ({kind: 'literal', type, value})
const int = (value: number | null) => literal(INT, value)
const bool = (value: boolean | null) => literal(BOOLEAN, value)
const sum = (left: Expr, right: Expr): Expr => ({kind: 'arithmetic', type: INT, operator: '+', left, right})
const compare = (operator: CompareOperator, left: Expr, right: Expr): Expr => ({
  kind: 'compare',
  type: BOOLEAN,
  operator,
  left,
  right,
})
const not = (operand: Expr): Expr => ({kind: 'not', type: BOOLEAN, operand})
const ok = (value: Value, reports = 0) => ({value, reports})

test('a comparison with NULL is FALSE, so NOT of it is TRUE', () => {
  for (const operator of ['=', '<>', '<', '>='] as const) expect(run(compare(operator, int(1), int(null)))).toEqual(ok(false))
  expect(run(not(compare('=', int(null), int(null))))).toEqual(ok(true))
  expect(run(compare('is-distinct', int(null), int(null)))).toEqual(ok(false))
  expect(run(compare('is-distinct', int(null), int(1)))).toEqual(ok(true))
  expect(run(compare('is-not-distinct', int(null), int(null)))).toEqual(ok(true))
})

test('NULL is in no list, between no bounds and like no pattern', () => {
  expect(run({kind: 'in', type: BOOLEAN, operand: int(null), list: [int(null), int(1)], isNegated: false})).toEqual(ok(false))
  expect(run({kind: 'in', type: BOOLEAN, operand: int(2), list: [int(null), int(1)], isNegated: true})).toEqual(ok(true))
  expect(run({kind: 'between', type: BOOLEAN, operand: int(null), low: int(1), high: int(2), isNegated: true})).toEqual(ok(true))
  const like = {
    kind: 'like',
    type: BOOLEAN,
    operand: literal(VARCHAR, null),
    pattern: literal(VARCHAR, '%'),
    isNegated: false,
  } as const
  expect(run(like)).toEqual(ok(false))
})

test('AND and OR leave the right side alone where the left decides', () => {
  const failing = compare('=', sum(int(1), int(null)), int(1))
  expect(run({kind: 'and', type: BOOLEAN, left: bool(false), right: failing})).toEqual(ok(false))
  expect(run({kind: 'or', type: BOOLEAN, left: bool(true), right: failing})).toEqual(ok(true))
  expect(run({kind: 'and', type: BOOLEAN, left: bool(true), right: failing})).toBe('fails')
})

test('arithmetic on NULL and division by zero fail the whole expression', () => {
  expect(run(sum(int(1), int(null)))).toBe('fails')
  expect(run({kind: 'is-null', type: BOOLEAN, operand: sum(int(1), int(null)), isNegated: false})).toBe('fails')
  expect(run({kind: 'arithmetic', type: INT, operator: '/', left: int(1), right: int(0)})).toBe('fails')
})

test('a failure inside ARRAY[], an explicit CAST or a nested call is NULL there', () => {
  const failing = sum(int(1), int(null))
  expect(run({kind: 'array', type: array(INT), elements: [int(1), failing]})).toEqual(ok([1, null], 1))
  expect(run({kind: 'cast', type: BIGINT, operand: failing})).toEqual(ok(null, 1))
  expect(run({kind: 'cast', type: BIGINT, operand: failing, isImplicit: true})).toBe('fails')
  const first = (arg: Expr): Expr => ({kind: 'call', type: INT, function: 'FIRST', overload: 0, args: [arg, int(9)]})
  const odd: Expr = {kind: 'call', type: INT, function: 'EVEN', overload: 0, args: [int(3)]}
  expect(run(first(odd))).toEqual(ok(9, 1))
  expect(run(first(failing))).toBe('fails')
  expect(run(odd)).toBe('fails')
})

test('a NULL argument gives NULL unless the function wants to see it', () => {
  expect(run({kind: 'call', type: INT, function: 'EVEN', overload: 0, args: [int(null)]})).toEqual(ok(null))
})

test('a failure inside a lambda fails the call', () => {
  const x: Expr = {kind: 'parameter', type: INT, slot: 0, name: 'X'}
  const lambda: Expr = {kind: 'lambda', type: INT, parameters: [{name: 'X', type: INT, slot: 0}], body: sum(x, int(1))}
  const each = (items: Value): Expr => ({
    kind: 'call',
    type: array(INT),
    function: 'EACH',
    overload: 0,
    args: [literal(array(INT), items), lambda],
  })
  expect(run(each([1, 2]))).toEqual(ok([2, 3]))
  expect(run(each([1, null]))).toBe('fails')
})

const at = (index: number) => run({kind: 'subscript', type: INT, base: literal(array(INT), [10, 20, 30]), index: int(index)})

test('arrays are counted from 1, from the end with negative indexes', () => {
  expect([1, 3, -1, -3, 0, 4, -4].map(at)).toEqual([10, 30, 30, 10, null, null, null].map(value => ok(value)))
})

test.each<[ArithmeticOperator, bigint, bigint, number, bigint]>([
  ['+', 1001n, 51n, 2, 1052n],
  ['*', 1010n, 200n, 4, 202_000n],
  ['/', 1010n, 300n, 7, 33_666_667n],
  ['%', 1010n, -200n, 2, 10n],
])('DECIMAL(4, 2) %s keeps its digits', (operator, left, right, scale, expected) => {
  const type = decimal(12, scale)
  const operand = decimal(4, 2)
  const expr: Expr = {kind: 'arithmetic', type, operator, left: literal(operand, left), right: literal(operand, right)}
  expect(run(expr)).toEqual(ok(expected))
})
