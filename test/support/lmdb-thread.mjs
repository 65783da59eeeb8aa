// A worker thread over a directory that the main thread has open: appends, and reports the offsets it was given.
import {parentPort, workerData} from 'node:worker_threads'
import {register} from 'tsx/esm/api'

register()
const {openLmdbStorage} = await import('../../packages/engine/src/storage/lmdb/open.ts')
const storage = await openLmdbStorage({dir: workerData.dir})
const at = {topic: workerData.topic, partition: 0}
const bases = []
for (let round = 0; round < workerData.rounds; round++) {
  const [outcome] = await storage.log.append([{...at, bytes: Buffer.alloc(20_000, round), count: 10, maxTimestampMs: 0}])
  bases.push(outcome.baseOffset)
  const [bounds] = await storage.log.bounds([at])
  if (bounds.end < outcome.baseOffset + 10) throw new Error(`read ${bounds.end} after an append at ${outcome.baseOffset}`)
}
parentPort.postMessage(bases)
await storage.close()
