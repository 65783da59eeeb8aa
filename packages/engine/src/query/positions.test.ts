import {expect, test} from 'vitest'
import {decodePositions, encodePositions} from './positions.ts'

test('positions come back as they were given', () => {
  const positions = {orders: [0, 5, 2 ** 52]}
  expect(decodePositions('push', 'SELECT 1', encodePositions('push', 'SELECT 1', positions))).toEqual(positions)
})

test('a cursor of something else, or a changed one, is refused', () => {
  const cursor = encodePositions('push', 'SELECT 1', {orders: [1]})
  const refused = expect.objectContaining({code: 'CURSOR_INVALID'})
  expect(() => decodePositions('push', 'SELECT 2', cursor)).toThrow(refused)
  expect(() => decodePositions('page', 'SELECT 1', cursor)).toThrow(refused)
  expect(() => decodePositions('push', 'SELECT 1', `x${cursor}`)).toThrow(refused)
  expect(() => decodePositions('push', 'SELECT 1', '')).toThrow(refused)
})
