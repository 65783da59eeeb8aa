/** Appends numbered batches to `written` in the directory given, and prints the offset of each once it is acknowledged. */
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'

const dir = process.argv[2]
if (!dir) throw new Error('usage: lmdb-writer <dir>')
const storage = await openLmdbStorage({dir})
await storage.log.createTopic({
  name: 'written',
  partitions: 1,
  placement: 'written',
  isInternal: false,
  createdAtMs: 0,
  config: {},
})
const [bounds] = await storage.log.bounds([{topic: 'written', partition: 0}])
for (let next = bounds?.end ?? 0; ;) {
  const batches = Array.from({length: 10}, () => {
    const bytes = Buffer.from(`${next++}`)
    return storage.log.append([{topic: 'written', partition: 0, bytes, count: 1, maxTimestampMs: 0}])
  })
  for (const [outcome] of await Promise.all(batches)) {
    if (outcome?.kind === 'appended') process.stdout.write(`${outcome.baseOffset}\n`)
  }
}
