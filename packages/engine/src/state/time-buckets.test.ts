import fc from 'fast-check'
import {expect, test} from 'vitest'
import {TimeBuckets} from './time-buckets.ts'

/** Slots that a call of `expire` drops, when `kept` are left alone. */
function expired(buckets: TimeBuckets, timeMs: number, kept: readonly number[] = []): number[] {
  const dropped: number[] = []
  buckets.expire(timeMs, slot => {
    if (kept.includes(slot)) return false
    dropped.push(slot)
    return true
  })
  return dropped.toSorted((a, b) => a - b)
}

test('every slot goes once, never before its time, and at most the width of a bucket after it', () => {
  const times = fc.array(fc.integer({min: -50, max: 50}), {maxLength: 30})
  fc.assert(
    fc.property(times, fc.integer({min: 1, max: 9}), fc.array(fc.integer({min: -60, max: 80})), (added, widthMs, ends) => {
      const buckets = new TimeBuckets(widthMs)
      added.forEach((timeMs, slot) => buckets.add(slot, timeMs))
      const gone = new Set<number>()
      for (const end of [...ends, 100]) {
        for (const slot of expired(buckets, end)) {
          expect(added[slot]).toBeLessThanOrEqual(end)
          expect(gone.has(slot)).toBe(false)
          gone.add(slot)
        }
        added.forEach((timeMs, slot) => {
          if (timeMs <= end - widthMs) expect(gone.has(slot)).toBe(true)
        })
      }
      expect(gone.size).toBe(added.length)
    }),
  )
})

test('a slot that is left alone comes again, and those of later buckets wait for it', () => {
  const buckets = new TimeBuckets(10)
  for (const [slot, timeMs] of [3, 7, 15].entries()) buckets.add(slot, timeMs)
  expect(expired(buckets, 50, [0])).toEqual([1])
  expect(expired(buckets, 50, [0])).toEqual([])
  expect(expired(buckets, 50)).toEqual([0, 2])
})
