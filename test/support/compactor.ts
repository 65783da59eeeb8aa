/**
 * Writes records of few keys to the topic `compacted`, and compacts it all the time. Prints `key offset` of each record once it is
 * acknowledged. Arguments: `lmdb <dir>` or `redis <url>`.
 */
import {systemClock, type Clock} from '../../packages/engine/src/base/clock.ts'
import {silentLogger} from '../../packages/engine/src/base/logger.ts'
import {encodeBytes} from '../../packages/engine/src/batch/encode-batch.ts'
import {Cleaner} from '../../packages/engine/src/log/cleaner.ts'
import {newTopic} from '../../packages/engine/src/log/topic.ts'
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'

const [, , store, place = ''] = process.argv
const storage = store === 'lmdb' ? await openLmdbStorage({dir: place}) : await openRedisStorage({url: place, namespace: 'c'})
const at = {topic: 'compacted', partition: 0}
const settings = {cleanupPolicy: 'compact', minCleanableDirtyRatio: 0} as const
await storage.log.createTopic(newTopic({name: at.topic, partitions: 1, createdAtMs: 0, encoding: 'bytes', settings}))

/** A thousand times as fast: the lease of a process that was killed ends soon, and the topic is due in every round. */
const clock: Clock = {
  nowMs: () => systemClock.nowMs() * 1_000,
  sleep: (_, signal) => systemClock.sleep(0, signal),
}
const cleaner = new Cleaner({log: storage.log, documents: storage.groups, clock, logger: silentLogger})
const compact = async () => {
  for (;;) {
    await cleaner.round()
    await systemClock.sleep(1)
  }
}
const write = async () => {
  for (let turn = 0; ; turn++) {
    const keys = Array.from({length: 100}, (_, i) => `${(turn * 37 + i * 3) % 300}`)
    const values = keys.map(() => 'x'.repeat(200))
    const bytes = encodeBytes({
      count: keys.length,
      timestamps: keys.map(() => 0),
      keys: {kind: 'text', values: keys},
      values: {kind: 'text', values},
    })
    const [outcome] = await storage.log.append([{...at, bytes, count: keys.length, maxTimestampMs: 0}])
    if (outcome?.kind !== 'appended') throw new Error(`a batch was ${outcome?.kind}`)
    process.stdout.write(keys.map((key, i) => `${key} ${outcome.baseOffset + i}\n`).join(''))
  }
}
await Promise.all([compact(), write()])
