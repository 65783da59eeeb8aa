import {expect, test} from 'vitest'
import {cleanAndDirty, notCompacted, tombstonesDue, withMark, type CompactionState} from './compaction-state.ts'

const bounds = (begin: number, end: number, bytes: number) => ({begin, end, bytes, isKnown: true})

test('however often a partition is compacted, few marks tell how old its tombstones are, and none goes too early or late', () => {
  const delayMs = 1000
  let state: CompactionState = notCompacted(0)
  for (let now = 1; now < 5000; now++) {
    // At each time one offset is written and compacted: its tombstone is as old as that.
    const due = tombstonesDue(state, now - delayMs)
    expect(due).toBeLessThanOrEqual(Math.max(0, now - delayMs))
    if (now > 2 * delayMs) expect(due).toBeGreaterThanOrEqual(now - delayMs * (1 + 1 / 16) - 1)
    state = {...state, marks: withMark(state.marks, {atMs: now, to: now}, delayMs, due)}
    expect(state.marks.length).toBeLessThan(36)
  }
})

test('what a trim took from the clean part is not taken for clean', () => {
  const state = {...notCompacted(0), cleanTo: 100, cleanBytes: 1000}
  expect(cleanAndDirty(state, bounds(0, 100, 1000))).toEqual({clean: 1000, dirty: 0})
  expect(cleanAndDirty(state, bounds(0, 120, 1500))).toEqual({clean: 1000, dirty: 500})
  expect(cleanAndDirty(state, bounds(90, 120, 600))).toEqual({clean: 100, dirty: 500})
  expect(cleanAndDirty(state, bounds(110, 120, 300))).toEqual({clean: 0, dirty: 300})
  expect(cleanAndDirty(notCompacted(0), bounds(0, 10, 50))).toEqual({clean: 0, dirty: 50})
})
