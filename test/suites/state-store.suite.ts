import {expect, test} from 'vitest'
import type {ScanRange} from '../../packages/engine/src/storage/port/state-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import type {TaskId} from '../../packages/engine/src/storage/port/task-commit.ts'
import {bytesOf, freshTask, text} from './fixture.ts'

export function stateStoreSuite(storage: () => Storage): void {
  const storeWith = async (keys: readonly Uint8Array[], orderedStores: readonly string[] = ['s']) => {
    const task = freshTask()
    const {epoch} = await storage().state.claim(task)
    const state = keys.map(key => ({store: 's', key, value: key}))
    await storage().commit({task, epoch, consumed: [], outputs: [], state, orderedStores})
    return task
  }
  const letters = ['d', 'a', 'c', 'e', 'b', 'aa'].map(bytesOf)
  const keysIn = async (task: TaskId, range: Partial<ScanRange>) =>
    (await storage().state.scan(task, 's', {entriesMax: 100, ...range})).entries.map(entry => text(entry.key))

  test('each claim raises the epoch of its task alone', async () => {
    const task = freshTask()
    const neighbour = {...task, partition: 1}
    expect(await storage().state.claim(task)).toEqual({epoch: 1, consumed: [], facts: undefined})
    expect((await storage().state.claim(task)).epoch).toBe(2)
    expect((await storage().state.claim(neighbour)).epoch).toBe(1)
    const claims = await Promise.all(Array.from({length: 10}, () => storage().state.claim(task)))
    expect(new Set(claims.map(image => image.epoch)).size).toBe(10)
  })

  test('peek claims nothing, and knows nothing of a task that nobody claimed', async () => {
    const task = freshTask()
    expect(await storage().state.peek(task)).toBeUndefined()
    await storage().state.claim(task)
    expect(await storage().state.peek(task)).toEqual({consumed: [], facts: undefined})
    expect((await storage().state.claim(task)).epoch).toBe(2)
  })

  test('looking up in a task or store that does not exist finds nothing', async () => {
    expect(await storage().state.lookUp(freshTask(), 's', letters.slice(0, 2))).toEqual([null, null])
    expect(await storage().state.lookUp(freshTask(), 's', [])).toEqual([])
    expect(await storage().state.scan(freshTask(), 's', {entriesMax: 10})).toEqual({entries: []})
  })

  test('a scan is in key order, from inclusive, to exclusive', async () => {
    const task = await storeWith(letters)
    expect(await keysIn(task, {})).toEqual(['a', 'aa', 'b', 'c', 'd', 'e'])
    expect(await keysIn(task, {from: bytesOf('b')})).toEqual(['b', 'c', 'd', 'e'])
    expect(await keysIn(task, {to: bytesOf('c')})).toEqual(['a', 'aa', 'b'])
    expect(await keysIn(task, {from: bytesOf('a'), to: bytesOf('b')})).toEqual(['a', 'aa'])
    expect(await keysIn(task, {from: bytesOf('x')})).toEqual([])
  })

  test('a scan goes on page by page, within its range', async () => {
    const task = await storeWith(letters)
    const seen: (string | null | undefined)[] = []
    let after: Uint8Array | undefined
    for (let pages = 0; pages < 10; pages++) {
      const range = {from: bytesOf('aa'), to: bytesOf('e'), entriesMax: 2}
      const page = await storage().state.scan(task, 's', after ? {...range, after} : range)
      expect(page.entries.length).toBeLessThanOrEqual(2)
      seen.push(...page.entries.map(entry => text(entry.value)))
      after = page.next
      if (!after) break
    }
    expect(seen).toEqual(['aa', 'b', 'c', 'd'])
    expect(after).toBeUndefined()
  })

  test('keys are any bytes and sort as bytes, not as text or numbers', async () => {
    const keys = [[255], [0], [0, 0], [127], [128], [128, 255], [10], [9, 200], [123, 125]].map(bytes => Uint8Array.from(bytes))
    const task = await storeWith(keys)
    const {entries} = await storage().state.scan(task, 's', {entriesMax: 100})
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    expect(entries.map(entry => hex(entry.key))).toEqual(keys.map(hex).sort())
    expect(entries.every(entry => hex(entry.key) === hex(entry.value))).toBe(true)
    expect((await storage().state.lookUp(task, 's', keys)).map(value => value && hex(value))).toEqual(keys.map(hex))
  })

  test('keys of several thousand bytes are found, ordered and deleted like others', async () => {
    const long = 'k'.repeat(5000)
    const keys = [`${long}2`, 'k', `${long}1`, `${long}3`, 'l', `${long}1x`, 'k'.repeat(2000)]
    const task = await storeWith(keys.map(bytesOf))
    const sorted = [...keys].sort()
    expect(await keysIn(task, {})).toEqual(sorted)
    expect(await keysIn(task, {from: bytesOf(`${long}1`), to: bytesOf(`${long}3`)})).toEqual([
      `${long}1`,
      `${long}1x`,
      `${long}2`,
    ])
    expect(await keysIn(task, {after: bytesOf(`${long}1x`)})).toEqual([`${long}2`, `${long}3`, 'l'])
    expect((await storage().state.lookUp(task, 's', [bytesOf(`${long}2`)])).map(text)).toEqual([`${long}2`])
    const state = [{store: 's', key: bytesOf(`${long}2`), value: null}]
    await storage().commit({task, epoch: 1, consumed: [], outputs: [], state, orderedStores: ['s']})
    expect(await keysIn(task, {})).toEqual(sorted.filter(key => key !== `${long}2`))
  })

  test('deleted keys are not scanned, and come back in their place', async () => {
    const task = await storeWith(letters)
    const write = async (key: string, value: Uint8Array | null) => {
      const state = [{store: 's', key: bytesOf(key), value}]
      await storage().commit({task, epoch: 1, consumed: [], outputs: [], state, orderedStores: ['s']})
    }
    await write('b', null)
    expect(await keysIn(task, {})).toEqual(['a', 'aa', 'c', 'd', 'e'])
    await write('b', bytesOf('again'))
    expect(await keysIn(task, {})).toEqual(['a', 'aa', 'b', 'c', 'd', 'e'])
  })

  test('a store that is not ordered is scanned completely, and in order when a range is asked for', async () => {
    const keys = Array.from({length: 2000}, (_, i) => `key-${i}`)
    const task = await storeWith(keys.map(bytesOf), [])
    const seen = new Set<string | null | undefined>()
    let after: Uint8Array | undefined
    do {
      const page = await storage().state.scan(task, 's', after ? {after, entriesMax: 300} : {entriesMax: 300})
      for (const entry of page.entries) seen.add(text(entry.key))
      after = page.next
    } while (after)
    expect([...seen].sort()).toEqual([...keys].sort())
    expect(await keysIn(task, {from: bytesOf('key-10'), to: bytesOf('key-101'), entriesMax: 2})).toEqual(['key-10', 'key-100'])
    const next = {from: bytesOf('key-10'), to: bytesOf('key-102'), after: bytesOf('key-100')}
    expect(await keysIn(task, {...next, entriesMax: 2})).toEqual(['key-1000', 'key-1001'])
  })

  test('a dropped query has no state, and its old owners write nothing', async () => {
    const task = await storeWith(letters)
    const other = await storeWith(letters)
    await storage().state.dropQuery(task.query)
    expect(await storage().state.peek(task)).toBeUndefined()
    expect(await keysIn(task, {})).toEqual([])
    expect(await storage().state.lookUp(task, 's', letters.slice(0, 1))).toEqual([null])
    expect(await storage().commit({task, epoch: 1, consumed: [], outputs: [], state: []})).toEqual({kind: 'fenced', by: 0})
    expect(await keysIn(other, {})).toHaveLength(letters.length)
    expect(await storage().state.claim(task)).toEqual({epoch: 1, consumed: [], facts: undefined})
    expect(await keysIn(task, {})).toEqual([])
  })
}
