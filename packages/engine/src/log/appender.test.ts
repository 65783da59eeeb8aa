import {expect, test} from 'vitest'
import {rememberedProducers} from '../storage/port/admission.ts'
import type {AppendOptions} from '../storage/port/log-store.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'
import {IdempotentAppender} from './appender.ts'
import {newTopic} from './topic.ts'

async function open() {
  const clock = instantClock()
  const {log} = openSimulatedStorage({clock})
  const create = () => log.createTopic(newTopic({name: 't', partitions: 2, createdAtMs: 0, encoding: 'bytes'}))
  await create()
  const appender = new IdempotentAppender({log, clock, producerId: 'own'})
  const batch = (partition: number, text = 'x') => ({
    ...{topic: 't', partition, bytes: Buffer.from(text), count: 1, maxTimestampMs: 0},
  })
  const append = async (partitions: readonly number[], options: AppendOptions = {}) =>
    (
      await appender.append(
        partitions.map(partition => batch(partition)),
        options,
      )
    ).map(outcome => (outcome.kind === 'appended' ? outcome.baseOffset : outcome.kind))
  return {log, clock, create, append, batch}
}

test('a topic that was dropped and made again takes what is appended to it', async () => {
  const {log, create, append} = await open()
  expect(await append([0, 0, 1])).toEqual([0, 1, 0])
  await log.dropTopic('t')
  await create()
  expect(await append([0, 1, 0, 1])).toEqual([0, 0, 1, 1])
  expect(await append([0, 1], {isAtomic: true})).toEqual([2, 2])
})

test('a partition that has forgotten the producer for many others takes its next batches, once and in order', async () => {
  for (const isAtomic of [false, true]) {
    const {log, clock, append, batch} = await open()
    await append([0, 1])
    for (let i = 0; i < rememberedProducers; i++) {
      await clock.sleep(1)
      await log.append([{...batch(0), producer: {id: `other ${i}`, epoch: 0, sequence: 0}}])
    }
    const end = 1 + rememberedProducers
    expect(await append([0, 1, 0], {isAtomic})).toEqual([end, 1, end + 1])
    expect(await append([0, 1, 0], {isAtomic})).toEqual([end + 2, 2, end + 3])
    expect((await log.bounds([0, 1].map(partition => ({topic: 't', partition})))).map(bounds => bounds.end)).toEqual([end + 4, 3])
  }
})

test('what another epoch of the same producer keeps out is not tried again', async () => {
  const {log, append, batch} = await open()
  await append([0])
  await log.append([{...batch(0), producer: {id: 'own', epoch: 7, sequence: 0}}])
  expect(await append([0])).toEqual(['fenced'])
})
