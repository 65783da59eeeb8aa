import {must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import {sliceChunk} from '../../batch/select.ts'
import {withoutNullValues} from '../../batch/without-null-values.ts'
import type {Rows} from '../../chunk/chunk.ts'
import {limits} from '../../limits.ts'
import {readOrSkip, type DamagePolicy} from '../../log/damage.ts'
import type {Source} from '../../plan/source.ts'
import type {Offset} from '../../record/record.ts'
import {chunkDecoder} from '../../serde/topic-codec.ts'
import type {LogStore, StoredBatch} from '../../storage/port/log-store.ts'
import type {KeyIndex} from './key-index.ts'

export type StreamQuery = {
  readonly source: Source
  readonly partitions: readonly number[]
  /** Record times and offsets that can match, inclusive; infinite where nothing is said. */
  readonly rowtimeFrom: number
  readonly offsets: {readonly from: number; readonly to: number}
  /** Says which batches can match; absent: all. */
  readonly index: KeyIndex | undefined
  readonly signal: AbortSignal | undefined
  readonly damage: DamagePolicy
}

/** How far back a search for the newest rows must go: it ends where nothing is newer than `timeMs`. */
export type Bar = {timeMs: number | undefined}

type Span = {readonly partition: number; readonly from: Offset; readonly to: Offset}

/** The rows of a stream that have a value, from the begin of its log to its end as it is now, partition by partition, oldest first. */
export async function* streamRows(log: LogStore, query: StreamQuery): AsyncGenerator<Rows> {
  const reader = new LogReader(log, query)
  for (const span of await spansOf(log, query)) yield* reader.read(span)
}

/** The same from the end of the log, in steps back, as long as rows newer than the bar may come. */
export async function* newestRows(log: LogStore, query: StreamQuery, bar: Bar): AsyncGenerator<Rows> {
  const {topic} = query.source
  const reader = new LogReader(log, query)
  let open = [...(await spansOf(log, query))]
  for (let step = query.index === undefined ? STEP_RECORDS : STEP_EVENTS; open.length > 0; step *= 2) {
    const next: Span[] = []
    for (const {partition, from, to} of open) {
      if (bar.timeMs !== undefined) {
        const first = await log.batchAtTime({topic, partition}, bar.timeMs)
        if (first === undefined || first >= to) continue
      }
      const start = await (query.index?.startOf(partition, from, to, step) ?? Math.max(from, to - step))
      yield* reader.read({partition, from: start, to})
      if (start > from) next.push({partition, from, to: start})
    }
    open = next
  }
}

const STEP_RECORDS = 500
// Each may be in another batch.
const STEP_EVENTS = 50
// A batch has up to limits.batchBytesMax bytes.
const NAMED_BATCHES_MAX = 16

async function spansOf(log: LogStore, {source, partitions, offsets, rowtimeFrom}: StreamQuery): Promise<readonly Span[]> {
  const places = partitions.map(partition => ({topic: source.topic, partition}))
  const bounds = await log.bounds(places)
  const spans = await Promise.all(
    places.map(async (place, i): Promise<Span> => {
      const {begin, end} = must(bounds[i], 'bounds')
      const first = Number.isFinite(rowtimeFrom) ? ((await log.batchAtTime(place, rowtimeFrom)) ?? end) : begin
      const from = Math.max(begin, first, offsets.from)
      return {partition: place.partition, from, to: Math.min(end, offsets.to + 1)}
    }),
  )
  return spans.filter(({from, to}) => from < to)
}

class LogReader {
  readonly #log: LogStore
  readonly #query: StreamQuery
  readonly #decode: ReturnType<typeof chunkDecoder>
  #seen = 0

  constructor(log: LogStore, query: StreamQuery) {
    this.#log = log
    this.#query = query
    this.#decode = chunkDecoder(query.source)
  }

  async *read(span: Span): AsyncGenerator<Rows> {
    const {source, damage, index} = this.#query
    const place = {topic: source.topic, partition: span.partition}
    const batches = index === undefined ? this.#all(span) : this.#named(span, index)
    for await (const batch of batches) {
      const decoded = readOrSkip(() => this.#decode(batch, span.from, span.partition), place, batch, damage)
      if (decoded === undefined) continue
      const {chunk} = decoded
      this.#count(chunk.count)
      yield withoutNullValues(batch.baseOffset + batch.count > span.to ? before(chunk, span.to) : chunk)
    }
  }

  async *#all({partition, from, to}: Span): AsyncGenerator<StoredBatch> {
    const {topic} = this.#query.source
    for (let at = from; at < to;) {
      this.#refuseClosed()
      const [result] = await this.#log.read([{topic, partition, from: at, to, bytesMax: limits.taskFetchBytesMax}])
      const {batches} = must(result, 'read result')
      if (batches.length === 0) break
      for (const batch of batches) {
        at = batch.baseOffset + batch.count
        yield batch
      }
    }
  }

  /** A few more each time, so that a LIMIT reads little and a long history takes few round trips. */
  async *#named({partition, from, to}: Span, index: KeyIndex): AsyncGenerator<StoredBatch> {
    let size = 1
    let bases: Offset[] = []
    for await (const base of index.bases(partition, from, to)) {
      bases.push(base)
      if (bases.length < size) continue
      yield* await this.#at(partition, bases)
      bases = []
      size = Math.min(2 * size, NAMED_BATCHES_MAX)
    }
    yield* await this.#at(partition, bases)
  }

  /** What is there of named batches: retention may have removed some. */
  async #at(partition: number, bases: readonly Offset[]): Promise<readonly StoredBatch[]> {
    this.#refuseClosed()
    const {topic} = this.#query.source
    if (bases.length === 0) return []
    const results = await this.#log.read(bases.map(from => ({topic, partition, from, to: from + 1, bytesMax: 1})))
    return results.flatMap(({batches}, i) => batches.filter(({baseOffset}) => baseOffset === bases[i]))
  }

  #refuseClosed(): void {
    if (this.#query.signal?.aborted) throw new EngineError('CLOSED', 'the caller has gone')
  }

  #count(rows: number): void {
    this.#seen += rows
    if (this.#seen <= limits.pullScanRowsMax) return
    throw new EngineError(
      'LIMIT_EXCEEDED',
      `the query looks at more than ${limits.pullScanRowsMax} rows of ${this.#query.source.name}: ` +
        'name a ROWPARTITION, a range of ROWTIME or ROWOFFSET, the key of a topic with a key index, or use LIMIT',
    )
  }
}

/** A batch that reaches beyond the span is cut there, so that no row comes twice. */
function before(chunk: Rows, to: Offset): Rows {
  const {offsets} = must(chunk.origin, 'origin of rows of a log')
  let count = 0
  while (count < chunk.count && (offsets[count] ?? Infinity) < to) count++
  return sliceChunk(chunk, 0, count)
}
