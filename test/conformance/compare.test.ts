import {expect, test} from 'vitest'
import {difference} from './compare.ts'
import {Digits} from './suite.ts'

test('equal values agree, whatever their number representation', () => {
  expect(difference({A: 1, B: [1.5, new Digits('1.50')], C: null}, {A: 1n, B: [1.5, '1.50']})).toBeUndefined()
  expect(difference(9007199254740993n, 9007199254740993n)).toBeUndefined()
})

test('a difference is named with its place', () => {
  expect(difference({A: {B: [1, 2]}}, {A: {B: [1, 3]}})).toBe('.A.B[1]: expected 2, found 3')
  expect(difference({A: 1}, {A: 1, B: 2})).toBe('.B: not expected, found 2')
  expect(difference([1], [1, 2])).toContain('expected [1]')
  expect(difference('a', 'A')).toContain('expected "a"')
})

test('long integers that differ in the last digit differ', () => {
  expect(difference(9007199254740993n, 9007199254740992n)).toBeDefined()
  expect(difference(true, 'TRUE')).toBeDefined()
})
