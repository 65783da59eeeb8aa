import type {PushBatch, PushSubscription, ResultColumn} from '../../engine-api.ts'
import type {Chunk} from '../../chunk/chunk.ts'
import type {Value} from '../../schema/value.ts'
import type {FeedReader, FeedRun} from './feed-reader.ts'

export type SubscriptionOptions = {
  readonly columns: readonly ResultColumn[]
  readonly reader: FeedReader
  /** Rows of the result that follow from rows of a feed. */
  readonly process: (run: FeedRun) => readonly Chunk[]
  /** The reader's place as a cursor. */
  readonly cursor: () => string
  readonly limit: number | undefined
  readonly signal: AbortSignal | undefined
  readonly onEnd: () => Promise<void>
}

/**
 * A running push query as an iterator. It reads when it is asked for the next batch, so a subscriber that does not ask
 * costs nothing but its positions.
 */
export function subscription(options: SubscriptionOptions): PushSubscription {
  const {reader, signal, onEnd} = options
  const batches = produceBatches(options)
  let end: Promise<void> | undefined
  const finish = (): Promise<void> => {
    reader.close()
    signal?.removeEventListener('abort', onAbort)
    return (end ??= onEnd())
  }
  const onAbort = (): void => void finish()
  signal?.addEventListener('abort', onAbort, {once: true})
  if (signal?.aborted) onAbort()
  return {
    kind: 'subscription',
    columns: options.columns,
    next: async () => {
      const result = await batches.next()
      if (result.done) await finish()
      return result
    },
    return: async () => {
      await finish()
      return {done: true, value: undefined}
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function* produceBatches(options: SubscriptionOptions): AsyncGenerator<PushBatch, undefined> {
  const {reader, process, cursor} = options
  let left = options.limit ?? Infinity
  yield {rows: [], timestampsMs: [], cursor: cursor()}
  while (left > 0) {
    const run = await reader.next()
    if (run === undefined) return undefined
    const chunks = process(run)
    // An earlier subscription handed these out.
    if (run.isOld) continue
    const batch = collect(chunks, left)
    left -= batch.rows.length
    if (batch.rows.length > 0 || run.skipped > 0)
      yield {...batch, cursor: cursor(), ...(run.skipped > 0 && {dropped: run.skipped})}
  }
  return undefined
}

function collect(chunks: readonly Chunk[], rowsMax: number): Omit<PushBatch, 'cursor' | 'dropped'> {
  const rows: Value[][] = []
  const timestampsMs: number[] = []
  const tombstones: boolean[] = []
  for (const chunk of chunks) {
    const columns = chunk.columns.map(column => column.values)
    for (let row = 0; row < chunk.count && rows.length < rowsMax; row++) {
      rows.push(columns.map(values => values[row] ?? null))
      timestampsMs.push(chunk.timestamps[row] ?? 0)
      tombstones.push(chunk.nullValues?.[row] === 1)
    }
  }
  return {rows, timestampsMs, ...(tombstones.includes(true) && {tombstones})}
}
