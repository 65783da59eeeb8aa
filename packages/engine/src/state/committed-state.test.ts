import fc from 'fast-check'
import {expect, test} from 'vitest'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import type {Storage} from '../storage/port/storage.ts'
import {changelogPolicy} from './changelog-policy.ts'
import {CommittedState} from './committed-state.ts'
import {entryCodec} from './entry-codec.ts'
import {KeyedStore} from './keyed-store.ts'
import {TaskStores} from './task-stores.ts'

const task = {query: 'q', subTopology: 0, partition: 0, placement: 'p'}
const layout = {key: [VARCHAR], isWindowed: false, value: [BIGINT]}
const codec = entryCodec(layout)
const words = ['', 'a', 'ab', 'b', 'long'.repeat(80), 'ü', 'z']
const keyOf = (word: string): Uint8Array => codec.encodeKey([[word]], 0)

/** Commits changes of a table of words as a task would. */
class Writer {
  readonly #storage: Storage
  readonly #stores: TaskStores
  readonly #store: KeyedStore
  readonly #epoch: number

  constructor(storage: Storage, epoch: number, bytesMax: number, sequence: number) {
    this.#storage = storage
    this.#epoch = epoch
    this.#stores = new TaskStores(changelogPolicy(bytesMax), sequence)
    this.#store = this.#stores.add(new KeyedStore('words', layout))
  }

  static async open(storage: Storage, bytesMax: number, sequence: number): Promise<Writer> {
    const {epoch} = await storage.state.claim(task)
    const writer = new Writer(storage, epoch, bytesMax, sequence)
    writer.#stores.replay((await storage.state.changelog(task, 0)).entries)
    writer.#stores.load('words', (await storage.state.scan(task, 'words', {entriesMax: 1e6})).entries)
    writer.#stores.endReplay()
    return writer
  }

  /** `value` 0: the word is removed. */
  async commit(changes: readonly {readonly word: string; readonly value: number}[]): Promise<void> {
    for (const {word, value} of changes) this.#change(word, value)
    const effects = this.#stores.take()
    const ordered = effects.state.length > 0 ? {orderedStores: ['words']} : {}
    const outcome = await this.#storage.commit({...{task, epoch: this.#epoch, consumed: [], outputs: []}, ...ordered, ...effects})
    expect(outcome.kind).toBe('committed')
  }

  #change(word: string, value: number): void {
    const {table} = this.#store
    let slot = this.#store.find(word)
    if (value === 0) {
      if (slot >= 0) this.#store.remove(word, slot)
      return
    }
    if (slot < 0) slot = this.#store.add(word, [[word]], 0)
    else table.touch(slot)
    table.values[0]![slot] = value
    table.times[slot] = value
  }
}

const change = fc.record({word: fc.constantFrom(...words), value: fc.nat(5)})
const work = fc.oneof(
  {weight: 5, arbitrary: fc.record({kind: fc.constant('commit' as const), changes: fc.array(change, {maxLength: 8})})},
  {weight: 1, arbitrary: fc.record({kind: fc.constantFrom('restart' as const, 'recreate' as const)})},
)

test('what readers see is what was committed, whatever stands in rows and whatever in the changelog', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(work, {maxLength: 25}), fc.constantFrom(0, 100, 400, 1e6), async (works, bytesMax) => {
      const storage = openSimulatedStorage()
      const reader = new CommittedState(storage.state)
      const model = new Map<string, number>()
      let sequence = 1000
      let writer = await Writer.open(storage, bytesMax, sequence)
      for (const each of works) {
        if (each.kind === 'commit') {
          await writer.commit(each.changes)
          for (const {word, value} of each.changes) {
            if (value === 0) model.delete(word)
            else model.set(word, value)
          }
        } else {
          if (each.kind === 'recreate') {
            await storage.state.dropQuery(task.query)
            model.clear()
          }
          writer = await Writer.open(storage, bytesMax, (sequence += 1000))
        }
        await expectSeen(reader, model)
      }
    }),
    {numRuns: 150},
  )
})

async function expectSeen(reader: CommittedState, model: ReadonlyMap<string, number>): Promise<void> {
  const found = await reader.lookUp(task, 'words', words.map(keyOf))
  expect(found.map(value => value && codec.decodeValue(value)[0])).toEqual(words.map(word => model.get(word) ?? null))
  expect(await scanned(reader, {})).toEqual(sorted(model))
  const [from, to] = [keyOf('ab'), keyOf('z')]
  expect(await scanned(reader, {from, to})).toEqual(sorted(model).filter(([word]) => word >= 'ab' && word < 'z'))
}

async function scanned(reader: CommittedState, range: {readonly from?: Uint8Array; readonly to?: Uint8Array}) {
  const entries: (readonly [unknown, unknown])[] = []
  for await (const page of reader.scan(task, 'words', {...range, entriesMax: 2}))
    for (const {key, value} of page) entries.push([codec.decodeKey(key)[0], codec.decodeValue(value)[0]])
  return entries
}

/** In the order of their bytes. */
const sorted = (model: ReadonlyMap<string, number>) => [...model].toSorted(([a], [b]) => Buffer.compare(keyOf(a), keyOf(b)))
