import {expect, test} from 'vitest'
import {encodeBytes} from '../batch/encode-batch.ts'
import {limits} from '../limits.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'
import {compactBatch, type InSlices, LatestOffsets} from './compaction.ts'
import {CompactionLease} from './compaction-lease.ts'
import {notCompacted} from './compaction-state.ts'

const rules = {tombstonesBefore: 0, last: -1, compression: 'none'} as const

function largeBatch(keys: number) {
  const count = limits.batchRecordsMax
  const texts = Array.from({length: count}, (_, i) => `key ${i % keys}`)
  const bytes = encodeBytes({
    count,
    timestamps: new Float64Array(count),
    keys: {kind: 'text', values: texts},
    values: {kind: 'text', values: texts},
  })
  return {baseOffset: 0, count, maxTimestampMs: 0, bytes}
}

function run<T>(work: InSlices<T>): {readonly result: T; readonly slices: number} {
  for (let slices = 1; ; slices++) {
    const slice = work.next()
    if (slice.done) return {result: slice.value, slices}
  }
}

test('a batch of many records is looked at, and made anew, in slices', () => {
  const latest = new LatestOffsets()
  const batch = largeBatch(5000)
  expect(run(latest.add(batch)).slices).toBeGreaterThan(20)
  const {result, slices} = run(compactBatch(batch, latest, rules))
  expect(slices).toBeGreaterThan(20)
  expect(result.batch).toMatchObject({baseOffset: 5000, count: 5000})
})

test('keys are counted once, however often they come', () => {
  const latest = new LatestOffsets()
  for (let i = 0; i < 3; i++) run(latest.add(largeBatch(1000)))
  expect(latest.keys).toBe(1000)
})

test('a compaction rests for as long as it worked, but not for long', async () => {
  const clock = instantClock()
  const {groups: documents} = openSimulatedStorage({clock})
  const {signal} = new AbortController()
  const lease = await CompactionLease.take({documents, clock, owner: 'o', signal}, 'name', 0, notCompacted(0))
  const restAfter = async (workedMs: number) => {
    await clock.sleep(workedMs)
    const beganMs = clock.nowMs()
    await lease?.pace()
    return clock.nowMs() - beganMs
  }
  expect(await restAfter(1)).toBe(0)
  expect(await restAfter(8)).toBe(9)
  expect(await restAfter(1000)).toBe(limits.compactionRestMsMax)
})
