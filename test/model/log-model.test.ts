import fc from 'fast-check'
import {afterAll, describe, expect, test} from 'vitest'
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import type {AppendBatch} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {openSimulatedStorage} from '../../packages/engine/src/storage/simulated/open.ts'
import {bytesOf, freshName, text, topicRecord} from '../suites/fixture.ts'
import {startRedis, type RedisServer} from '../support/redis.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'
import {LogOracle, type Commit, type Write} from './log-oracle.ts'

const partitions = 2
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
    partition: fc.constantFrom(0, 0, 0, 0, 1, 9),
    count: fc.integer({min: 1, max: 3}),
    producer: fc.record({
      id: fc.constantFrom('p', 'p', 'p', 'q'),
      epoch: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
      sequence: fc.constantFrom(0, 0, 0, 0, -1, -5, -6, 1),
    }),
    expectedEnd: fc.constantFrom(0, 0, 0, 1),
    keys: fc.uniqueArray(
      fc.record(
        {key: fc.constantFrom(...keys), count: fc.integer({min: 1, max: 2}), expected: fc.constantFrom(0, 0, 0, 1)},
        {requiredKeys: ['key', 'count']},
      ),
      {selector: ({key}) => key, maxLength: 2},
    ),
    eventIds: fc.uniqueArray(fc.constantFrom('e1', 'e2', 'e3'), {minLength: 1, maxLength: 2}),
  },
  {requiredKeys: ['partition', 'count', 'keys']},
)

type Step =
  | {readonly kind: 'append'; readonly writes: readonly Write[]; readonly isAtomic: boolean; readonly commit?: Commit | undefined}
  | {readonly kind: 'again'}
  | {readonly kind: 'trim'; readonly partition: number; readonly before: number}
  | {readonly kind: 'commit'; readonly commit: Commit}
  | {readonly kind: 'generation'; readonly group: string; readonly generation: number}

const anyGroup = fc.constantFrom(...groups)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        kind: fc.constant('append' as const),
        writes: fc.array(anyWrite, {minLength: 1, maxLength: 3}),
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
)

class Run {
  readonly #storage: Storage
  readonly #topic = freshName('model')
  readonly #prefix = freshName('group')
  readonly #oracle = new LogOracle(partitions)
  #names = 0
  #last: Extract<Step, {kind: 'append'}> | undefined

  constructor(storage: Storage) {
    this.#storage = storage
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
        return
      }
      case 'generation':
        await this.#storage.groups.setGeneration(this.#prefix + step.group, step.generation)
        this.#oracle.generations.set(step.group, Math.max(step.generation, this.#oracle.generations.get(step.group) ?? 0))
    }
  }

  #numbered(write: Write): Write {
    const {partition, producer, expectedEnd, keys: events = []} = write
    const {stored = [], end = 0} = this.#oracle.partitions[partition] ?? {}
    const next = stored.filter(each => each.producer?.id === producer?.id && each.producer?.epoch === producer?.epoch).length
    return {
      ...write,
      ...(producer && {producer: {...producer, sequence: Math.max(0, next + producer.sequence)}}),
      ...(expectedEnd !== undefined && {expectedEnd: end + expectedEnd}),
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
  }

  #batch({name, keys: events = [], ...write}: Write & {readonly name: string}): AppendBatch {
    return {
      ...write,
      topic: this.#topic,
      bytes: bytesOf(name),
      maxTimestampMs: 0,
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
      const kept = stored.filter(({base, count}) => base + count > begin)
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
        for (const from of [0, 1, version])
          expect(await log.keyBatches(at, bytesOf(key), from, 100)).toEqual({
            version,
            batches: batches.filter(each => each.version + each.count > from),
          })
      }
    }
    for (const group of groups) {
      const offsets = (await store.offsets(this.#prefix + group)).map(({partition, next}) => [`${group} ${partition}`, next])
      expect(offsets).toEqual([...this.#oracle.offsets].filter(([name]) => name.startsWith(group)).toSorted())
    }
  }
}

const dir = temporaryDirectory('model')
let server: RedisServer | undefined
const adapters = {
  simulated: async () => openSimulatedStorage(),
  lmdb: () => openLmdbStorage({dir: dir.path}),
  redis: async () => {
    server = await startRedis()
    return openRedisStorage({url: server.url, namespace: 'model'})
  },
}
afterAll(async () => {
  dir.remove()
  await server?.stop()
})

describe.each(Object.entries(adapters))('%s', (name, open) => {
  let storage: Storage | undefined
  afterAll(() => storage?.close())

  test('the log, groups and append-if do what the plain words say, whatever the order', async () => {
    const opened = (storage = await open())
    const property = fc.asyncProperty(fc.array(anyStep, {maxLength: 40}), steps => new Run(opened).check(steps))
    await fc.assert(property, {numRuns: name === 'simulated' ? 300 : 60})
  })
})
