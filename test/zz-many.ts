import {openRedisStorage} from '/work/main/packages/engine/src/storage/redis/open.ts'
import {openLmdbStorage} from '/work/main/packages/engine/src/storage/lmdb/open.ts'
import {startRedis} from '/work/main/test/support/redis.ts'
import {groupInfos, groupInfo} from '/work/main/packages/engine/src/groups/group-info.ts'
import {commitGroupOffsets} from '/work/main/packages/engine/src/groups/commit.ts'
import {topicRecord, batch} from '/work/main/test/suites/fixture.ts'
import {temporaryDirectory} from '/work/main/test/support/temp-dir.ts'
import {Cleaner} from '/work/main/packages/engine/src/log/cleaner.ts'
import {systemClock} from '/work/main/packages/engine/src/base/clock.ts'
import {silentLogger} from '/work/main/packages/engine/src/base/logger.ts'
const server = await startRedis()
const dir = temporaryDirectory('many')
for (const storage of [await openRedisStorage({url: server.url, namespace: 'x'}), await openLmdbStorage({dir: dir.path})]) {
  await storage.log.createTopic(topicRecord('t', 1000))
  await storage.log.append(Array.from({length: 1000}, (_, partition) => batch('t', 'x', {partition, count: 1000})))
  for (let g = 0; g < 500; g++) await commitGroupOffsets(storage, {group: `g${g}`, offsets: Array.from({length: 20}, (_, i) => ({topic: 't', partition: (g * 7 + i * 50) % 1000, offset: 10}))})
  for (let i = 0; i < 3; i++) {
    const t = performance.now(); const found = await groupInfos(storage, Date.now()); const t2 = performance.now()
    await groupInfo(storage, 'g3', Date.now()).catch(e => e.code)
    const t3 = performance.now()
    const cleaner = new Cleaner({log: storage.log, documents: storage.groups, clock: systemClock, logger: silentLogger}); await cleaner.round()
    console.log(storage.features.adapter, found.length, 'groups listed', (t2 - t).toFixed(0), 'ms; one', (t3 - t2).toFixed(1), 'cleaner round', (performance.now() - t3).toFixed(0))
  }
  await storage.close()
}
await server.stop(); dir.remove()
