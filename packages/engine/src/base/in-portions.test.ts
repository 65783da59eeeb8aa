import {expect, test} from 'vitest'
import {inPortions} from './in-portions.ts'

test('answers come in the order of their items, and others have their turn between portions', async () => {
  const asked: (readonly number[])[] = []
  let [underWay, most, turns] = [0, 0, 0]
  let isDone = false
  const others = (): void => {
    turns++
    if (!isDone) setImmediate(others)
  }
  setImmediate(others)
  const doubles = await inPortions([1, 2, 3, 4, 5, 6, 7], 2, 2, async portion => {
    asked.push(portion)
    most = Math.max(most, ++underWay)
    await Promise.resolve()
    underWay--
    return portion.map(item => item * 2)
  })
  isDone = true
  expect(doubles).toEqual([2, 4, 6, 8, 10, 12, 14])
  expect(asked).toEqual([[1, 2], [3, 4], [5, 6], [7]])
  expect(most).toBe(2)
  expect(turns).toBeGreaterThan(1)
})

test('a portion that fails fails the whole', async () => {
  const ask = async (portion: readonly number[]): Promise<readonly number[]> => {
    if (portion.includes(3)) throw new Error('away')
    return portion
  }
  await expect(inPortions([1, 2, 3, 4, 5], 2, 1, ask)).rejects.toThrow('away')
  expect(await inPortions([], 2, 1, ask)).toEqual([])
})
