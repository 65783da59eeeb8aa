import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {AppendBatch} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {bytesOf, freshName, text, topicRecord} from '../suites/fixture.ts'
import {storages} from '../support/storages.ts'
import {LogOracle, type Commit, type Write} from './log-oracle.ts'

const partitions = 2
const partitionsMax = 4
const keys = ['a', 'b']
const groups = ['g', 'h']

const anyCommit = (group: fc.Arbitrary<string>): fc.Arbitrary<Commit> =>
  fc.record(
    {group, partition: fc.nat(partitions - 1), next: fc.nat(30), generation: fc.nat(3)},
    {requiredKeys: ['group', 'partition', 'next']},
  )

/** Names and numbers from few, so that they meet. Sequences and expectations are relative to what would be right. */
const anyWrite: fc.Arbitrary<Write> = fc.record(
  {
    partition: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2, 9),
    count: fc.integer({min: 1, max: 3}),
    maxTimestampMs: fc.nat(9),
    producer: fc.record({
      id: fc.constantFrom('p', 'p', 'p', 'q'),
      epoch: fc.constantFrom(...Array<number>(30).fill(0), 1, 2),
      sequence: fc.constantFrom(0, 0, 0, 0, 0, -1, -5, -5, -6, 1),
    }),
    expectedEnd: fc.constantFrom(0, 0, 0, 0, 0, 1),
    keys: fc.uniqueArray(
      fc.record(
        {key: fc.constantFrom(...keys), count: fc.integer({min: 1, max: 2}), expected: fc.constantFrom(0, 0, 0, 1)},
        {requiredKeys: ['key', 'count']},
      ),
      {selector: ({key}) => key, maxLength: 2},
    ),
    eventIds: fc.uniqueArray(fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5', 'e6'), {minLength: 1, maxLength: 2}),
  },
  {requiredKeys: ['partition', 'count', 'maxTimestampMs', 'keys']},
)

type Step =
  | {readonly kind: 'append'; readonly writes: readonly Write[]; readonly isAtomic: boolean; readonly commit?: Commit | undefined}
  | {readonly kind: 'again'}
  | {readonly kind: 'trim'; readonly partition: number; readonly before: number}
  | {readonly kind: 'commit'; readonly commit: Commit}
  | {readonly kind: 'generation'; readonly group: string; readonly generation: number}
  | {readonly kind: 'drop-group'; readonly group: string}
  | {readonly kind: 'grow'; readonly partitions: number}
  /** `expected` is relative to the version that is stored. */
  | {readonly kind: 'document'; readonly name: string; readonly expected: number; readonly data: unknown}
  /** From so many tenths of the partition on. */
  | {
      readonly kind: 'read'
      readonly partition: number
      readonly tenths: number
      readonly length: number
      readonly isSmall: boolean
    }
  | {readonly kind: 'at-time'; readonly partition: number; readonly timestampMs: number}

const anyGroup = fc.constantFrom(...groups)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .record({
        kind: fc.constant('append' as const),
        writes: fc.array(anyWrite, {minLength: 1, maxLength: 4}),
        isAtomic: fc.boolean(),
        commit: fc.option(anyCommit(anyGroup), {nil: undefined}),
        // Which of several refusals an atomic append names beside an unknown partition is left to the adapter.
      })
      .map(step => (step.isAtomic ? {...step, writes: step.writes.filter(({partition}) => partition < partitions)} : step)),
  },
  {weight: 2, arbitrary: fc.constant({kind: 'again' as const})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('trim' as const), partition: fc.nat(partitions - 1), before: fc.nat(20)})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('commit' as const), commit: anyCommit(anyGroup)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('generation' as const), group: anyGroup, generation: fc.nat(3)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('drop-group' as const), group: anyGroup})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('grow' as const), partitions: fc.integer({min: 2, max: partitionsMax})})},
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('document' as const),
      name: fc.constantFrom('x', 'y'),
      expected: fc.constantFrom(0, 0, 0, -1, 1),
      data: fc.constantFrom({n: 1}, {n: 2}, null),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      partition: fc.nat(partitions),
      tenths: fc.nat(11),
      length: fc.nat(10),
      isSmall: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({kind: fc.constant('at-time' as const), partition: fc.nat(partitions), timestampMs: fc.nat(10)}),
  },
)

/** What a run must have met, so that it is not right for want of trying. */
const outcomes = [
  'appended',
  'duplicate',
  'out-of-order',
  'fenced',
  'conflict',
  'key-conflict',
  'known-events',
  'unknown-partition',
  'aborted',
]
const met = [...outcomes, 'commit taken', 'commit refused', 'document written', 'document refused', 'read', 'at time']

class Run {
  readonly #storage: Storage
  readonly #topic = freshName('model')
  readonly #prefix = freshName('group')
  readonly #oracle = new LogOracle(partitions)
  readonly #meet: (what: string) => void
  #names = 0
  #era = 0
  #last: Extract<Step, {kind: 'append'}> | undefined

  constructor(storage: Storage, meet: (what: string) => void) {
    this.#storage = storage
    this.#meet = meet
  }

  async check(steps: readonly Step[]): Promise<void> {
    await this.#storage.log.createTopic(topicRecord(this.#topic, partitions))
    for (const step of steps) await this.#step(step)
    await this.#compare()
    await this.#storage.log.dropTopic(this.#topic)
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'append':
        this.#last = {...step, writes: step.writes.map(write => this.#numbered(write))}
        return this.#append(this.#last)
      case 'again':
        return this.#last && this.#append(this.#last)
      case 'trim':
        // Names of events may be forgotten with their batches, or later: from here on there are others.
        this.#era++
        this.#last = undefined
        this.#oracle.trim(step.partition, step.before)
        expect(await this.#storage.log.trim({topic: this.#topic, partition: step.partition}, step.before)).toBe(
          this.#oracle.partitions[step.partition]?.begin,
        )
        return
      case 'commit': {
        const {group, generation, partition, next} = step.commit
        const isTaken = await this.#storage.groups.commitOffsets(this.#prefix + group, generation, [
          {topic: this.#topic, partition, next},
        ])
        expect(isTaken).toBe(this.#oracle.commit(step.commit))
        this.#meet(isTaken ? 'commit taken' : 'commit refused')
        return
      }
      case 'generation':
        await this.#storage.groups.setGeneration(this.#prefix + step.group, step.generation)
        this.#oracle.generations.set(step.group, Math.max(step.generation, this.#oracle.generations.get(step.group) ?? 0))
        return
      case 'drop-group':
        this.#oracle.dropGroup(step.group)
        return this.#storage.groups.dropGroup(this.#prefix + step.group)
      case 'grow':
        this.#oracle.grow(step.partitions)
        return this.#storage.log.updateTopic(topicRecord(this.#topic, this.#oracle.partitions.length))
      case 'document':
        return this.#document(step)
      case 'read':
        return this.#read(step)
      case 'at-time': {
        const {partition, timestampMs} = step
        const found = await this.#storage.log.batchAtTime({topic: this.#topic, partition}, timestampMs)
        expect(found).toBe(this.#oracle.atTime(partition, timestampMs))
        if (found !== undefined) this.#meet('at time')
      }
    }
  }

  async #document({name, expected: relative, data}: Extract<Step, {kind: 'document'}>): Promise<void> {
    const {groups: store} = this.#storage
    const expected = Math.max(0, (this.#oracle.documents.get(name)?.version ?? 0) + relative)
    const isWritten = await store.putDocument(this.#prefix + name, expected, data)
    expect(isWritten).toBe(this.#oracle.putDocument(name, expected, data))
    expect(await store.document(this.#prefix + name)).toEqual(this.#oracle.documents.get(name))
    expect(await store.documents(this.#prefix)).toEqual(
      [...this.#oracle.documents.keys()].map(each => this.#prefix + each).toSorted(),
    )
    this.#meet(isWritten ? 'document written' : 'document refused')
  }

  /** With room for one byte the first batch comes, and no other. */
  async #read({partition, tenths, length, isSmall}: Extract<Step, {kind: 'read'}>): Promise<void> {
    const {begin = 0, end = 0} = this.#oracle.partitions[partition] ?? {}
    const from = Math.floor((end * tenths) / 10)
    const range = {topic: this.#topic, partition, from, to: from + length, bytesMax: isSmall ? 1 : 1e9}
    const [found] = await this.#storage.log.read([range])
    expect(found?.bounds).toMatchObject({begin, end, isKnown: partition < this.#oracle.partitions.length})
    const expected = this.#oracle.read(partition, from, from + length)
    expect(found?.batches.map(({baseOffset, bytes}) => [baseOffset, text(bytes)])).toEqual(
      (isSmall ? expected.slice(0, 1) : expected).map(({base, name}) => [base, name]),
    )
    if (expected.length > 0) this.#meet('read')
  }

  #numbered(write: Write): Write {
    const {partition, producer, expectedEnd, keys: events = [], eventIds} = write
    const {stored = [], end = 0} = this.#oracle.partitions[partition] ?? {}
    const next = stored.filter(each => each.producer?.id === producer?.id && each.producer?.epoch === producer?.epoch).length
    return {
      ...write,
      ...(producer && {producer: {...producer, sequence: Math.max(0, next + producer.sequence)}}),
      ...(expectedEnd !== undefined && {expectedEnd: end + expectedEnd}),
      ...(eventIds && {eventIds: eventIds.map(id => `${id} ${this.#era}`)}),
      keys: events.map(each => ({
        ...each,
        ...(each.expected !== undefined && {expected: this.#oracle.version(partition, each.key) + each.expected}),
      })),
    }
  }

  async #append({writes, isAtomic, commit}: Extract<Step, {kind: 'append'}>): Promise<void> {
    const named = writes.map(write => ({...write, name: `${this.#names++}`}))
    const groupOffsets = isAtomic &&
      commit && {
        group: this.#prefix + commit.group,
        offsets: [{topic: this.#topic, partition: commit.partition, next: commit.next}],
        ...(commit.generation !== undefined && {generation: commit.generation}),
      }
    const outcomes = await this.#storage.log.append(
      named.map(write => this.#batch(write)),
      {isAtomic, ...(groupOffsets && {groupOffsets})},
    )
    expect(outcomes).toEqual(this.#oracle.append(named, isAtomic, isAtomic ? commit : undefined))
    for (const {kind} of outcomes) this.#meet(kind)
  }

  #batch({name, keys: events = [], ...write}: Write & {readonly name: string}): AppendBatch {
    return {
      ...write,
      topic: this.#topic,
      bytes: bytesOf(name),
      keys: events.map(each => ({...each, key: bytesOf(each.key)})),
    }
  }

  /** Everything that can be asked for. */
  async #compare(): Promise<void> {
    const {log, groups: store} = this.#storage
    for (const [partition, {stored, begin, end}] of this.#oracle.partitions.entries()) {
      const at = {topic: this.#topic, partition}
      const [read] = await log.read([{...at, from: begin, bytesMax: 1e9}])
      expect(read?.bounds).toMatchObject({begin, end, isKnown: true})
      const kept = this.#oracle.kept(partition)
      expect(read?.batches.map(({baseOffset, count, bytes}) => [baseOffset, count, text(bytes)])).toEqual(
        kept.map(({base, count, name}) => [base, count, name]),
      )
      for (const key of keys) {
        let version = 0
        const batches = stored.flatMap(({base, keys: events = []}) =>
          events.flatMap(each => {
            if (each.key !== key) return []
            version += each.count
            return [{baseOffset: base, version: version - each.count, count: each.count}]
          }),
        )
        // Batches that were trimmed may be named still.
        const isKept = ({baseOffset}: {readonly baseOffset: number}) => kept.some(({base}) => base === baseOffset)
        for (const from of [0, 1, version]) {
          const page = await log.keyBatches(at, bytesOf(key), from, 100)
          const expected = batches.filter(each => each.version + each.count > from)
          expect({...page, batches: page.batches.filter(isKept)}).toEqual({version, batches: expected.filter(isKept)})
        }
      }
    }
    for (const group of groups) {
      const offsets = (await store.offsets(this.#prefix + group)).map(({partition, next}) => [`${group} ${partition}`, next])
      expect(offsets).toEqual([...this.#oracle.offsets].filter(([name]) => name.startsWith(group)).toSorted())
    }
  }
}

describe.each(Object.entries(storages))('%s', (name, open) => {
  test('the log, groups and append-if do what the plain words say, whatever the order', async () => {
    const storage = await open()
    const seen = new Set<string>()
    const property = fc.asyncProperty(fc.array(anyStep, {maxLength: 60, size: 'max'}), steps =>
      new Run(storage, what => void seen.add(what)).check(steps),
    )
    await fc.assert(property, {numRuns: name === 'simulated' ? 300 : 60})
    expect([...seen].toSorted()).toEqual(met.toSorted())
  })
})
