import {expect, test, vi} from 'vitest'
import type {TopicPartition} from '../../packages/engine/src/record/record.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {batch, freshTask, freshTopic} from './fixture.ts'

/** Collects what a listener is told. */
export function wakeLog() {
  const heard = new Set<string>()
  return {
    heard,
    listener: (touched: readonly TopicPartition[]) => touched.forEach(at => heard.add(`${at.topic}/${at.partition}`)),
  }
}

export function wakeSuite(storage: () => Storage): void {
  test('a listener hears of appends to its partitions and of no others', async () => {
    const topic = await freshTopic(storage(), 3)
    const {heard, listener} = wakeLog()
    const everything = wakeLog()
    const stop = await storage().wake.subscribe(
      [
        {topic, partition: 0},
        {topic, partition: 2},
      ],
      listener,
    )
    const stopAll = await storage().wake.subscribe('*', everything.listener)
    await storage().log.append([batch(topic, 'x', {partition: 1}), batch(topic, 'y', {partition: 2})])
    await vi.waitFor(() => expect([...heard]).toEqual([`${topic}/2`]))
    await vi.waitFor(() => expect([...everything.heard]).toEqual(expect.arrayContaining([`${topic}/1`, `${topic}/2`])))
    stop()
    await storage().log.append([batch(topic, 'z')])
    await vi.waitFor(() => expect([...everything.heard]).toContain(`${topic}/0`))
    expect([...heard]).toEqual([`${topic}/2`])
    stopAll()
  })

  test('the outputs of a commit wake their readers', async () => {
    const topic = await freshTopic(storage())
    const task = freshTask()
    const {epoch} = await storage().state.claim(task)
    const {heard, listener} = wakeLog()
    const stop = await storage().wake.subscribe([{topic, partition: 0}], listener)
    await storage().commit({task, epoch, consumed: [], state: [], outputs: [batch(topic, 'x')]})
    await vi.waitFor(() => expect([...heard]).toEqual([`${topic}/0`]))
    stop()
  })

  test('a reader that was woken finds what woke it', async () => {
    const topic = await freshTopic(storage())
    const ends: Promise<number | undefined>[] = []
    const stop = await storage().wake.subscribe([{topic, partition: 0}], () => {
      ends.push(
        storage()
          .log.bounds([{topic, partition: 0}])
          .then(([bounds]) => bounds?.end),
      )
    })
    await storage().log.append([batch(topic, 'x')])
    await vi.waitFor(() => expect(ends.length).toBeGreaterThan(0))
    expect(await ends[0]).toBe(1)
    stop()
  })
}
