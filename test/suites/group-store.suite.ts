import {expect, test} from 'vitest'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {freshName} from './fixture.ts'

export function groupStoreSuite(storage: () => Storage): void {
  test('a document is written only over the version that was read', async () => {
    const {groups} = storage()
    const name = freshName('group/doc')
    expect(await groups.document(name)).toBeUndefined()
    expect(await groups.putDocument(name, 1, {a: 1})).toBe(false)
    expect(await groups.putDocument(name, 0, {a: 1})).toBe(true)
    expect(await groups.putDocument(name, 0, {a: 2})).toBe(false)
    expect(await groups.document(name)).toEqual({version: 1, data: {a: 1}})
    expect(await groups.putDocument(name, 1, {a: ['ü', null, 2]})).toBe(true)
    expect(await groups.document(name)).toEqual({version: 2, data: {a: ['ü', null, 2]}})
  })

  test('of many writers of one version, one wins', async () => {
    const {groups} = storage()
    const name = freshName('doc')
    const wins = await Promise.all(Array.from({length: 20}, (_, i) => groups.putDocument(name, 0, i)))
    expect(wins.filter(Boolean)).toHaveLength(1)
    expect((await groups.document(name))?.data).toBe(wins.indexOf(true))
  })

  test('a document that is removed is gone from the list', async () => {
    const {groups} = storage()
    const prefix = freshName('list/')
    for (const name of ['c', 'a', 'b']) await groups.putDocument(prefix + name, 0, name)
    expect(await groups.putDocument(`${prefix}b`, 7, null)).toBe(false)
    expect(await groups.putDocument(`${prefix}b`, 1, null)).toBe(true)
    expect(await groups.document(`${prefix}b`)).toBeUndefined()
    expect(await groups.documents(prefix)).toEqual([`${prefix}a`, `${prefix}c`])
  })

  test('committed offsets are replaced partition by partition', async () => {
    const {groups} = storage()
    const group = freshName('group')
    expect(await groups.offsets(group)).toEqual([])
    const at = (topic: string, partition: number, next: number) => ({topic, partition, next})
    expect(await groups.commitOffsets(group, undefined, [at('t', 10, 5), at('t', 2, 6), at('s', 0, 7)])).toBe(true)
    expect(await groups.commitOffsets(group, undefined, [{...at('t', 2, 9), metadata: 'note: {1}'}])).toBe(true)
    expect(await groups.offsets(group)).toEqual([at('s', 0, 7), {...at('t', 2, 9), metadata: 'note: {1}'}, at('t', 10, 5)])
  })

  test('offsets of many groups, asked for at once, are those of each', async () => {
    const {groups} = storage()
    const names = Array.from({length: 60}, () => freshName('group'))
    const at = (partition: number, next: number) => ({topic: 't', partition, next, metadata: 'a, "b"\n]'})
    for (const [i, name] of names.entries()) {
      if (i % 3 === 0) await groups.setGeneration(name, i + 1)
      if (i % 4 !== 0) await groups.commitOffsets(name, undefined, [at(1, i), at(0, i + 1)])
    }
    const found = await Promise.all(names.map(name => groups.offsets(name)))
    expect(found).toEqual(names.map((_, i) => (i % 4 === 0 ? [] : [at(0, i + 1), at(1, i)])))
  })

  test('a commit from another generation writes nothing', async () => {
    const {groups} = storage()
    const group = freshName('group')
    await groups.setGeneration(group, 4)
    const offset = {topic: 't', partition: 0, next: 1}
    expect(await groups.commitOffsets(group, 3, [offset])).toBe(false)
    expect(await groups.commitOffsets(group, 5, [offset])).toBe(false)
    expect(await groups.offsets(group)).toEqual([])
    expect(await groups.commitOffsets(group, 4, [offset])).toBe(true)
    await groups.setGeneration(group, 5)
    expect(await groups.offsets(group)).toEqual([offset])
    expect(await groups.commitOffsets(group, 4, [{...offset, next: 9}])).toBe(false)
  })

  test('a generation never falls', async () => {
    const {groups} = storage()
    const group = freshName('group')
    await groups.setGeneration(group, 4)
    expect(await groups.setGeneration(group, 3)).toBe(4)
    expect(await groups.commitOffsets(group, 3, [])).toBe(false)
    expect(await groups.commitOffsets(group, 4, [])).toBe(true)
  })

  test('a dropped group has neither offsets nor generation', async () => {
    const {groups} = storage()
    const group = freshName('group')
    await groups.setGeneration(group, 4)
    await groups.commitOffsets(group, 4, [{topic: 't', partition: 0, next: 1}])
    await groups.dropGroup(group)
    expect(await groups.offsets(group)).toEqual([])
    expect(await groups.commitOffsets(group, 4, [])).toBe(false)
  })
}
