import {expect, test} from 'vitest'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import type {TaskCommit} from '../../packages/engine/src/storage/port/task-commit.ts'
import {batch, bytesOf, freshTask, freshTopic, text} from './fixture.ts'

export function taskCommitSuite(storage: () => Storage): void {
  const emptyWork = (task = freshTask()): TaskCommit => ({task, epoch: 1, consumed: [], state: [], outputs: []})
  const put = (key: string, value: string, store = 'counts') => ({store, key: bytesOf(key), value: bytesOf(value)})
  const look = async (work: TaskCommit, ...keys: string[]) =>
    (await storage().state.lookUp(work.task, 'counts', keys.map(bytesOf))).map(text)

  test('state, offsets, facts and outputs of a commit are all there afterwards', async () => {
    const topic = await freshTopic(storage(), 2)
    const work: TaskCommit = {
      ...emptyWork(),
      consumed: [{topic: 'in', partition: 3, next: 42}],
      state: [put('a', '1'), put('b', '2')],
      outputs: [batch(topic, 'x', {count: 2}), batch(topic, 'y', {partition: 1}), batch(topic, 'z')],
      facts: bytesOf('stream time 7'),
    }
    expect((await storage().state.claim(work.task)).epoch).toBe(1)
    expect(await storage().commit(work)).toEqual({kind: 'committed', baseOffsets: [0, 0, 2]})
    expect(await look(work, 'b', 'missing', 'a')).toEqual(['2', null, '1'])
    const image = await storage().state.peek(work.task)
    expect(image?.consumed).toEqual(work.consumed)
    expect(text(image?.facts)).toBe('stream time 7')
    const [result] = await storage().log.read([{topic, partition: 0, from: 0, bytesMax: 1e6}])
    expect(result?.batches.map(stored => text(stored.bytes))).toEqual(['x', 'z'])
  })

  test('an older epoch is fenced and writes nothing', async () => {
    const topic = await freshTopic(storage())
    const zombie: TaskCommit = {
      ...emptyWork(),
      consumed: [{topic: 'in', partition: 0, next: 9}],
      state: [put('a', 'stale')],
      outputs: [batch(topic, 'stale')],
    }
    await storage().state.claim(zombie.task)
    await storage().state.claim(zombie.task)
    expect(await storage().commit(zombie)).toEqual({kind: 'fenced', by: 2})
    expect(await look(zombie, 'a')).toEqual([null])
    expect((await storage().state.peek(zombie.task))?.consumed).toEqual([])
    expect(await storage().log.bounds([{topic, partition: 0}])).toMatchObject([{end: 0}])
    expect(await storage().commit({...zombie, epoch: 2})).toMatchObject({kind: 'committed'})
  })

  test('a task that nobody claimed is fenced', async () => {
    expect(await storage().commit({...emptyWork(), state: [put('a', '1')]})).toEqual({kind: 'fenced', by: 0})
  })

  test('an output to a partition that does not exist writes nothing', async () => {
    const topic = await freshTopic(storage())
    const work: TaskCommit = {
      ...emptyWork(),
      consumed: [{topic: 'in', partition: 0, next: 9}],
      state: [put('a', '1')],
      outputs: [batch(topic, 'x'), batch(topic, 'y', {partition: 5})],
    }
    await storage().state.claim(work.task)
    expect(await storage().commit(work)).toEqual({kind: 'unknown-partition', at: {topic, partition: 5}})
    expect(await look(work, 'a')).toEqual([null])
    expect(await storage().log.bounds([{topic, partition: 0}])).toMatchObject([{end: 0}])
    expect((await storage().state.peek(work.task))?.consumed).toEqual([])
  })

  test('offsets that did not move and facts that were not given stay', async () => {
    const work = emptyWork()
    await storage().state.claim(work.task)
    const at = (partition: number, next: number) => ({topic: 'in', partition, next})
    await storage().commit({...work, consumed: [at(0, 1), at(1, 5)], facts: bytesOf('facts')})
    await storage().commit({...work, consumed: [at(0, 2)]})
    const image = await storage().state.claim(work.task)
    expect(image.epoch).toBe(2)
    expect([...image.consumed].sort((a, b) => a.partition - b.partition)).toEqual([at(0, 2), at(1, 5)])
    expect(text(image.facts)).toBe('facts')
  })

  test('a key is overwritten, deleted and written again', async () => {
    const work = emptyWork()
    await storage().state.claim(work.task)
    await storage().commit({...work, state: [put('a', '1'), put('b', '1'), put('a', 'other store', 'sums')]})
    await storage().commit({...work, state: [put('a', '2'), {store: 'counts', key: bytesOf('b'), value: null}]})
    expect(await look(work, 'a', 'b')).toEqual(['2', null])
    await storage().commit({...work, state: [put('b', '3')]})
    expect(await look(work, 'a', 'b')).toEqual(['2', '3'])
    expect((await storage().state.lookUp(work.task, 'sums', [bytesOf('a')])).map(text)).toEqual(['other store'])
  })

  test('an empty value is a value', async () => {
    const work = emptyWork()
    await storage().state.claim(work.task)
    await storage().commit({...work, state: [put('a', '')]})
    expect(await look(work, 'a')).toEqual([''])
  })

  test('a commit of 20,000 keys is one commit', async () => {
    const work = emptyWork()
    await storage().state.claim(work.task)
    const state = Array.from({length: 20_000}, (_, i) => put(`key-${i}`, `${i}`))
    expect(await storage().commit({...work, state, orderedStores: ['counts']})).toMatchObject({kind: 'committed'})
    const deletes = state.slice(0, 19_990).map(write => ({...write, value: null}))
    expect(await storage().commit({...work, state: deletes, orderedStores: ['counts']})).toMatchObject({kind: 'committed'})
    expect(await look(work, 'key-0', 'key-19995')).toEqual([null, '19995'])
    const page = await storage().state.scan(work.task, 'counts', {entriesMax: 100})
    expect(page.entries.map(entry => text(entry.value))).toEqual(state.slice(19_990).map(write => text(write.value)))
  })

  test('entries of a changelog are there in order until a commit drops them', async () => {
    const work = emptyWork()
    await storage().state.claim(work.task)
    const log = async (after = 0) => {
      const {keepFrom, entries} = await storage().state.changelog(work.task, after)
      return {keepFrom, entries: entries.map(({sequence, bytes}) => [sequence, text(bytes)])}
    }
    expect(await log()).toEqual({keepFrom: 0, entries: []})
    const first = 2 ** 50
    const append = (i: number, keepFrom = first) =>
      storage().commit({...work, changelog: {append: {sequence: first + i, bytes: bytesOf(`entry ${i}`)}, keepFrom}})
    for (const i of [0, 1, 5]) await append(i)
    const [zero, one, five] = [0, 1, 5].map(i => [first + i, `entry ${i}`])
    expect(await log()).toEqual({keepFrom: first, entries: [zero, one, five]})
    expect(await log(first)).toEqual({keepFrom: first, entries: [one, five]})
    await append(6, first + 2)
    expect(await log()).toEqual({keepFrom: first + 2, entries: [five, [first + 6, 'entry 6']]})
    expect((await storage().state.claim(work.task)).epoch).toBe(2)
    expect(await append(7)).toEqual({kind: 'fenced', by: 2})
    expect((await log(first + 5)).entries).toEqual([[first + 6, 'entry 6']])
    expect(await storage().commit({...work, epoch: 2, state: [put('a', '1')], changelog: {keepFrom: first + 7}})).toMatchObject({
      kind: 'committed',
    })
    expect(await log()).toEqual({keepFrom: first + 7, entries: []})
  })

  test('a changelog goes with its query', async () => {
    const work = emptyWork()
    await storage().state.claim(work.task)
    await storage().commit({...work, changelog: {append: {sequence: 7, bytes: bytesOf('x')}, keepFrom: 7}})
    await storage().state.dropQuery(work.task.query)
    await storage().state.claim(work.task)
    expect(await storage().state.changelog(work.task, 0)).toEqual({keepFrom: 0, entries: []})
  })

  test('a commit with ALL says so where less was given', async () => {
    const topic = await freshTopic(storage(), 3)
    const work = {...emptyWork(), outputs: [0, 1, 2].map(partition => batch(topic, 'x', {partition}))}
    expect((await storage().state.claim(work.task, 'ALL')).epoch).toBe(1)
    const less = !storage().features.canAckAll && {acks: 'LEADER'}
    expect(await storage().commit({...work, acks: 'ALL'})).toEqual({kind: 'committed', baseOffsets: [0, 0, 0], ...less})
    expect(await storage().commit({...work, acks: 'LEADER'})).toEqual({kind: 'committed', baseOffsets: [1, 1, 1]})
  })

  test('commits to several tasks at once do not disturb each other', async () => {
    const topic = await freshTopic(storage())
    const works = Array.from({length: 10}, () => ({...emptyWork(), outputs: [batch(topic, 'x')], state: [put('a', '1')]}))
    await Promise.all(works.map(work => storage().state.claim(work.task)))
    const outcomes = await Promise.all(works.map(work => storage().commit(work)))
    const bases = outcomes.flatMap(outcome => (outcome.kind === 'committed' ? outcome.baseOffsets : []))
    expect([...bases].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
}
