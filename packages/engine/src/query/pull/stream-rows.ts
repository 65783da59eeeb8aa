import {must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import {withoutNullValues} from '../../batch/without-null-values.ts'
import type {Rows} from '../../chunk/chunk.ts'
import {limits} from '../../limits.ts'
import type {Source} from '../../plan/source.ts'
import {chunkDecoder} from '../../serde/topic-codec.ts'
import type {LogStore} from '../../storage/port/log-store.ts'

/** The rows of a stream that have a value, from the begin of its log to its end as it is now, partition by partition. */
export async function* streamRows(
  log: LogStore,
  source: Source,
  partitions: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Rows> {
  const {topic} = source
  const decode = chunkDecoder(source)
  const bounds = await log.bounds(Array.from({length: partitions}, (_, partition) => ({topic, partition})))
  let seen = 0
  for (const [partition, {begin, end}] of bounds.entries()) {
    for (let from = begin; from < end;) {
      if (signal?.aborted) throw new EngineError('CLOSED', 'the caller has gone')
      const [result] = await log.read([{topic, partition, from, to: end, bytesMax: limits.taskFetchBytesMax}])
      const {batches} = must(result, 'read result')
      if (batches.length === 0) break
      for (const batch of batches) {
        const {chunk} = decode(batch, from, partition)
        seen += chunk.count
        if (seen > limits.pullScanRowsMax)
          throw new EngineError(
            'LIMIT_EXCEEDED',
            `the query looks at more than ${limits.pullScanRowsMax} rows of ${source.name}: use LIMIT, or a table by key`,
          )
        from = batch.baseOffset + batch.count
        yield withoutNullValues(chunk)
      }
    }
  }
}
