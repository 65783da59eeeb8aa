import fc from 'fast-check'
import {expect, test} from 'vitest'
import {NumberIndex} from './number-index.ts'

const numbers = fc.oneof(
  fc.integer({min: -20, max: 20}),
  fc.integer({min: 0, max: 40}).map(i => i * 4096),
  fc.double({noNaN: true}),
)

test('it knows what a Map would know', () => {
  const step = fc.record({key: numbers, id: fc.option(fc.nat(1000), {freq: 3})})
  fc.assert(
    fc.property(fc.array(step, {maxLength: 300}), steps => {
      const index = new NumberIndex()
      const map = new Map<number, number>()
      for (const {key, id} of steps) {
        if (id === null) {
          index.delete(key)
          map.delete(key)
        } else {
          index.set(key, id)
          map.set(key, id)
        }
        expect(index.get(key)).toBe(map.get(key) ?? -1)
      }
      for (const {key} of steps) expect(index.get(key)).toBe(map.get(key) ?? -1)
    }),
  )
})

test('many numbers that come and go leave room for others', () => {
  const index = new NumberIndex()
  for (let i = 0; i < 10_000; i++) {
    index.set(i * 1024, i)
    if (i >= 500) index.delete((i - 500) * 1024)
  }
  const known = Array.from({length: 10_000}, (_, i) => index.get(i * 1024)).filter(id => id >= 0)
  expect(known).toEqual(Array.from({length: 500}, (_, i) => 9_500 + i))
})
