import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {silentLogger} from '../../packages/engine/src/base/logger.ts'
import {must} from '../../packages/engine/src/base/assert.ts'
import {encodeBytes} from '../../packages/engine/src/batch/encode-batch.ts'
import {openBatch} from '../../packages/engine/src/batch/open-batch.ts'
import {Cleaner} from '../../packages/engine/src/log/cleaner.ts'
import {newTopic, type TopicConfig} from '../../packages/engine/src/log/topic.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {instantClock} from '../../packages/engine/src/testing/instant-clock.ts'
import {freshName} from '../suites/fixture.ts'
import {storages} from '../support/storages.ts'

/** After it every topic is due for its cleaner. */
const tick = 30_000

type Event = {readonly key: string | null; readonly value: string | null; readonly ageTicks: number}
type Stored = {readonly offset: number; readonly key: string | null; readonly value: string | null; readonly timestampMs: number}
type Batch = {readonly base: number; readonly bytes: number; readonly maxTimestampMs: number; readonly records: readonly Stored[]}

type Step =
  | {readonly kind: 'append'; readonly batches: readonly (readonly Event[])[]}
  | {readonly kind: 'wait'; readonly ticks: number}
  | {readonly kind: 'round'; readonly cleaner: number}
  | {readonly kind: 'trim'; readonly tenths: number}
  | {readonly kind: 'read'; readonly tenths: number; readonly ticksAgo: number}

const anyEvent: fc.Arbitrary<Event> = fc.record({
  key: fc.option(fc.constantFrom('a', 'b', 'c', 'a key that is longer than those that are remembered as they are'), {freq: 12}),
  value: fc.option(fc.string({maxLength: 30}), {freq: 3}),
  ageTicks: fc.constantFrom(0, 0, 0, 1, -1),
})
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      batches: fc.array(fc.array(anyEvent, {minLength: 1, maxLength: 5}), {minLength: 1, maxLength: 4}),
    }),
  },
  {weight: 2, arbitrary: fc.record({kind: fc.constant('wait' as const), ticks: fc.constantFrom(1, 1, 2, 10)})},
  {weight: 5, arbitrary: fc.record({kind: fc.constant('round' as const), cleaner: fc.nat(1)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('trim' as const), tenths: fc.nat(9)})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('read' as const), tenths: fc.nat(10), ticksAgo: fc.nat(12)})},
)
const anySettings = fc.record({
  cleanupPolicy: fc.constantFrom('compact' as const, 'compact' as const, 'compact,delete' as const),
  retentionMs: fc.constantFrom(null, 8 * tick),
  retentionBytes: fc.constantFrom(null, 600),
  tombstoneRetentionMs: fc.constantFrom(0, 4 * tick),
  minCleanableDirtyRatio: fc.constantFrom(0, 0, 0.5),
  minCompactionLagMs: fc.constantFrom(0, 0, 3 * tick),
})
type Settings = Partial<TopicConfig> & Pick<TopicConfig, 'tombstoneRetentionMs' | 'minCleanableDirtyRatio' | 'minCompactionLagMs'>

const bytesOf = (batches: readonly Batch[]): number => batches.reduce((sum, {bytes}) => sum + bytes, 0)

/** A partition, the plain words for what must be true of it, and two cleaners, as of two processes. */
class Run {
  readonly #storage: Storage
  readonly #settings: Settings
  readonly #meet: (what: string) => void
  readonly #at = {topic: freshName('compacted'), partition: 0}
  readonly #clock = instantClock(100 * tick)
  readonly #cleaners: readonly Cleaner[]
  readonly #all: Stored[] = []
  /** When a cleaner first came by, by offset. */
  readonly #seenMs: number[] = []
  #begin = 0

  constructor(storage: Storage, settings: Settings, meet: (what: string) => void) {
    this.#storage = storage
    this.#settings = settings
    this.#meet = meet
    const parts = {log: storage.log, documents: storage.groups, clock: this.#clock, logger: silentLogger}
    this.#cleaners = [new Cleaner(parts), new Cleaner(parts)]
  }

  async check(steps: readonly Step[]): Promise<void> {
    const {log} = this.#storage
    await log.createTopic(
      newTopic({name: this.#at.topic, partitions: 1, createdAtMs: 0, encoding: 'bytes', settings: this.#settings}),
    )
    for (const step of steps) await this.#step(step)
    await log.dropTopic(this.#at.topic)
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'append':
        await this.#append(step.batches)
        break
      case 'wait':
        return this.#clock.sleep(step.ticks * tick)
      case 'trim': {
        const before = Math.floor((this.#all.length * step.tenths) / 10)
        expect(await this.#storage.log.trim(this.#at, before)).toBe(Math.max(before, this.#begin))
        this.#begin = Math.max(before, this.#begin)
        break
      }
      case 'round':
        return this.#round(must(this.#cleaners[step.cleaner], 'cleaner'))
      case 'read':
        return this.#read(Math.floor((this.#all.length * step.tenths) / 10), this.#clock.nowMs() - step.ticksAgo * tick)
    }
    await this.#kept()
  }

  async #append(batches: readonly (readonly Event[])[]): Promise<void> {
    const nowMs = this.#clock.nowMs()
    const encoded = batches.map(events => {
      const timestamps = events.map(({ageTicks}) => nowMs - ageTicks * tick)
      for (const [i, {key, value}] of events.entries())
        this.#all.push({offset: this.#all.length, key, value, timestampMs: timestamps[i] ?? 0})
      const bytes = encodeBytes({
        count: events.length,
        timestamps,
        keys: {kind: 'text', values: events.map(({key}) => key)},
        values: {kind: 'text', values: events.map(({value}) => value)},
      })
      return {...this.#at, bytes, count: events.length, maxTimestampMs: Math.max(...timestamps)}
    })
    await this.#storage.log.append(encoded)
  }

  /** Batches from the begin on; checks what is true whether a cleaner came by or not. */
  async #kept(): Promise<readonly Batch[]> {
    const [found] = await this.#storage.log.read([{...this.#at, from: 0, bytesMax: 1e9}])
    const {bounds, batches} = must(found, 'result of the read')
    expect(bounds.end).toBe(this.#all.length)
    expect(bounds.begin).toBe(this.#begin)
    expect(bounds.bytes).toBe(batches.reduce((sum, {bytes}) => sum + bytes.length, 0))
    const kept = batches.map(({baseOffset: base, bytes, maxTimestampMs}): Batch => {
      const opened = openBatch(bytes)
      const {keys, values} = opened.blobs()
      const records = Array.from({length: opened.count}, (_, row): Stored => ({
        offset: base + (opened.offsetDeltas?.[row] ?? row),
        key: keys.textAt(row),
        value: values.textAt(row),
        timestampMs: opened.timestamps[row] ?? -1,
      }))
      expect(Math.max(...records.map(({timestampMs}) => timestampMs))).toBe(maxTimestampMs)
      return {base, bytes: bytes.length, maxTimestampMs, records}
    })
    const records = kept.flatMap(batch => batch.records)
    expect(records).toEqual(records.map(({offset}) => this.#all[offset]))
    const offsets = records.map(({offset}) => offset)
    expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b))
    const nowMs = this.#clock.nowMs()
    for (const record of this.#all.slice(this.#begin)) {
      const mayGo =
        record.value === null && nowMs - (this.#seenMs[record.offset] ?? Infinity) >= this.#settings.tombstoneRetentionMs
      if (record.key === null || (this.#isLatest(record) && !mayGo)) expect(offsets).toContain(record.offset)
    }
    return kept
  }

  #isLatest({key, offset}: Stored): boolean {
    return key === null || this.#all.findLastIndex(other => other.key === key) === offset
  }

  async #round(cleaner: Cleaner): Promise<void> {
    await this.#clock.sleep(tick)
    const nowMs = this.#clock.nowMs()
    const [from, to] = this.#retainedFrom(await this.#kept(), nowMs)
    await cleaner.round()
    for (let offset = this.#seenMs.length; offset < this.#all.length; offset++) this.#seenMs.push(nowMs)
    const [bounds] = await this.#storage.log.bounds([this.#at])
    const {begin} = must(bounds, 'bounds')
    expect(begin).toBeGreaterThanOrEqual(from)
    expect(begin).toBeLessThanOrEqual(to)
    if (begin > this.#begin) this.#meet('retention')
    this.#begin = begin
    this.#mustBeCompacted(await this.#kept(), nowMs)
  }

  /**
   * Between which offsets retention cuts: behind the last batch that must go, before the first that stays. It comes before compaction,
   * so it sees what that is about to remove.
   */
  #retainedFrom(batches: readonly Batch[], nowMs: number): readonly [number, number] {
    const {cleanupPolicy, retentionMs = null, retentionBytes = null} = this.#settings
    const isOver = (i: number) => retentionBytes !== null && bytesOf(batches.slice(i + 1)) >= retentionBytes
    const isOld = (i: number) => retentionMs !== null && must(batches[i], 'batch').maxTimestampMs < nowMs - retentionMs
    let gone = 0
    while (gone < batches.length && isOver(gone)) gone++
    while (gone < batches.length && isOld(gone)) gone++
    if (cleanupPolicy === 'compact') return [this.#begin, this.#begin]
    const from = gone === 0 ? this.#begin : must(batches[gone - 1]?.records.at(-1), 'last record that goes').offset + 1
    return [from, Math.max(this.#begin, batches[gone]?.base ?? this.#all.length)]
  }

  /** What policy says must go is gone; a batch that a trim has cut in two is left to the next one. */
  #mustBeCompacted(batches: readonly Batch[], nowMs: number): void {
    const {minCleanableDirtyRatio, minCompactionLagMs, tombstoneRetentionMs} = this.#settings
    if (minCleanableDirtyRatio > 0 || minCompactionLagMs > 0) return
    const overdueMs = tombstoneRetentionMs * (1 + 1 / 16)
    for (const {base, records} of batches) {
      if (base < this.#begin) continue
      for (const record of records) {
        expect(this.#isLatest(record)).toBe(true)
        if (record.key === null || record.value !== null) continue
        this.#meet('tombstone kept')
        const isOverdue = nowMs - must(this.#seenMs[record.offset], 'time of a round') >= overdueMs
        expect(isOverdue && tombstoneRetentionMs > 0 && record.offset < this.#all.length - 1).toBe(false)
      }
    }
    if (this.#all.length > this.#begin + 3) this.#meet('compaction')
  }

  async #read(from: number, timeMs: number): Promise<void> {
    const batches = await this.#kept()
    const [found] = await this.#storage.log.read([{...this.#at, from, bytesMax: 1}])
    const expected = batches.find(({records}) => (records.at(-1)?.offset ?? -1) >= from)
    expect(found?.batches.map(({baseOffset}) => baseOffset)).toEqual(expected ? [expected.base] : [])
    if (expected && expected.records.every(({offset}) => offset !== from)) this.#meet('read in a gap')
    const inTime = batches.find(({maxTimestampMs}) => maxTimestampMs >= timeMs)
    expect(await this.#storage.log.batchAtTime(this.#at, timeMs)).toBe(inTime?.base)
  }
}

describe.each(Object.entries(storages))('%s', (name, open) => {
  test('compaction and retention keep what they must and nothing that must go, whatever the order', async () => {
    const storage = await open()
    const seen = new Set<string>()
    const property = fc.asyncProperty(anySettings, fc.array(anyStep, {maxLength: 40, size: 'max'}), (settings, steps) =>
      new Run(storage, settings, what => void seen.add(what)).check(steps),
    )
    await fc.assert(property, {numRuns: name === 'simulated' ? 300 : 40})
    expect([...seen].toSorted()).toEqual(['compaction', 'read in a gap', 'retention', 'tombstone kept'])
  })
})
