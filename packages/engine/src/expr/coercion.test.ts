import {expect, test} from 'vitest'
import {array, BIGINT, BOOLEAN, DATE, decimal, DOUBLE, INT, struct, TIMESTAMP, VARCHAR, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {coerceList, coerceLiteral, type ListItem} from './coerce.ts'
import type {ArithmeticOperator} from './ir.ts'
import {arithmeticType, compareOperandType} from './types.ts'

test.each<[ArithmeticOperator, SqlType, SqlType, SqlType]>([
  ['+', INT, INT, INT],
  ['/', INT, BIGINT, BIGINT],
  ['*', decimal(4, 2), DOUBLE, DOUBLE],
  ['+', decimal(4, 2), decimal(5, 3), decimal(6, 3)],
  ['-', decimal(4, 2), INT, decimal(13, 2)],
  ['*', decimal(4, 2), decimal(4, 2), decimal(9, 4)],
  ['/', decimal(4, 2), decimal(4, 2), decimal(11, 7)],
  ['%', decimal(4, 2), decimal(4, 2), decimal(4, 2)],
  ['*', BIGINT, decimal(2, 1), decimal(22, 1)],
  ['+', VARCHAR, VARCHAR, VARCHAR],
])('%s of %j and %j is %j', (operator, left, right, result) => {
  expect(arithmeticType(operator, left, right)).toMatchObject({result})
})

test('arithmetic that does not exist names the types', () => {
  expect(arithmeticType('-', VARCHAR, INT)).toEqual({problem: 'Unsupported arithmetic types. STRING INTEGER'})
})

const meet = (left: SqlType, right: SqlType) => compareOperandType('=', left, right, 'A', 'B')

test('sides of a comparison meet in one type', () => {
  expect(meet(INT, BIGINT)).toEqual(BIGINT)
  expect(meet(decimal(4, 2), INT)).toEqual(decimal(12, 2))
  expect(meet(VARCHAR, TIMESTAMP)).toEqual(TIMESTAMP)
  expect(meet(DATE, TIMESTAMP)).toEqual(TIMESTAMP)
  expect(meet(array(INT), array(BIGINT))).toEqual(array(BIGINT))
})

test('comparisons that do not exist are refused as ksqlDB words it', () => {
  expect(compareOperandType('>=', INT, VARCHAR, 'ID', "'10'")).toEqual({
    problem: "Cannot compare ID (INTEGER) to '10' (STRING) with GREATER_THAN_OR_EQUAL.",
  })
  expect(compareOperandType('<', BOOLEAN, BOOLEAN, 'A', 'B')).toHaveProperty('problem')
  expect(compareOperandType('=', TIMESTAMP, BIGINT, 'T', '1')).toHaveProperty('problem')
  expect(compareOperandType('<>', 'null', 'null', 'NULL', 'NULL')).toEqual({
    problem: expect.stringContaining('Comparison with NULL not supported: NULL <> NULL'),
  })
})

const literal = (type: SqlType, value: Value): ListItem => ({expr: {kind: 'literal', type, value}, text: String(value)})
const column = (type: SqlType, name = 'VAL'): ListItem => ({expr: {kind: 'column', type, index: 0, name}, text: name})
const NULL: ListItem = {text: 'NULL'}

test('lists widen to the type that holds all of them, text literals included', () => {
  expect(coerceList([NULL, literal(INT, 10), literal(VARCHAR, '2e1'), column(INT), column(BIGINT)])).toMatchObject({
    items: [{value: null}, {}, {value: 20n}, {kind: 'cast', isImplicit: true}, {kind: 'cast'}],
  })
  expect(coerceList([column(BIGINT), literal(decimal(2, 1), 20n), literal(VARCHAR, '4.000'), column(DOUBLE)])).toMatchObject({
    type: DOUBLE,
    items: [{}, {value: 2}, {value: 4}, {}],
  })
  expect(coerceList([column(BOOLEAN), literal(VARCHAR, 'tr'), literal(VARCHAR, 'No')])).toMatchObject({
    items: [{}, {value: true}, {value: false}],
  })
  expect(coerceList([column(VARCHAR), literal(BOOLEAN, true), literal(decimal(4, 2), 1030n)])).toMatchObject({
    items: [{}, {value: 'true'}, {value: '10.30'}],
  })
  expect(coerceList([NULL, NULL])).toBeUndefined()
})

test('structs in a list have the fields of all of them', () => {
  const a = struct([{name: 'A', type: INT}])
  const b = struct([{name: 'B', type: INT}])
  expect(coerceList([column(a), column(b)])).toMatchObject({type: {fields: [{name: 'A'}, {name: 'B'}]}})
})

test.each<[readonly ListItem[], string]>([
  [[column(BOOLEAN), literal(VARCHAR, 'Not a boolean')], 'invalid input syntax for type BOOLEAN: "Not a boolean".'],
  [[column(INT), literal(VARCHAR, '10 - not')], 'invalid input syntax for type INTEGER: "10 - not".'],
  [
    [column(BOOLEAN), column(VARCHAR)],
    'operator does not exist: BOOLEAN = STRING (VAL)\nHint: You might need to add explicit type casts.',
  ],
  [[column(INT), literal(BOOLEAN, true)], 'operator does not exist: INTEGER = BOOLEAN (true)'],
  [[column(decimal(4, 2)), literal(INT, 10), column(VARCHAR)], 'operator does not exist: DECIMAL(12, 2) = STRING (VAL)'],
])('a list without a common type is refused (%#)', (list, problem) => {
  expect(coerceList(list)).toEqual({problem: expect.stringContaining(problem)})
})

test('a literal does not narrow', () => {
  expect(coerceLiteral(3_000_000_000, BIGINT, INT)).toHaveProperty('problem')
  expect(coerceLiteral(1.5, DOUBLE, INT)).toHaveProperty('problem')
  expect(coerceLiteral(1, INT, decimal(3, 1))).toEqual({value: 10n})
  expect(coerceLiteral('2024-02-29', VARCHAR, DATE)).toEqual({value: 19_782})
})
