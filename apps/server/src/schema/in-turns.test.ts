import {expect, test} from 'vitest'
import {inTurns} from './in-turns.ts'

test('a short list is given as it is', () => {
  expect(inTurns([1, 2, 3], () => 10)).toEqual([1, 2, 3])
})

test('a long list comes in its order, with turns of the event loop in between', async () => {
  const items = Array.from({length: 10}, (_, i) => i)
  const [seen, turns]: [number[], number[]] = [[], []]
  let turn = 0
  const count = (): void => {
    turn++
    if (seen.length < items.length) setImmediate(count)
  }
  setImmediate(count)
  const list = inTurns(items, () => 750)
  expect(list.slice(0, 2)).toEqual([0, 1])
  await Promise.all(
    list.map(async item => {
      seen.push(await item)
      turns.push(turn)
    }),
  )
  expect(seen).toEqual(items)
  expect(new Set(turns).size).toBe(5)
})
