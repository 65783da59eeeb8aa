import type {Offset} from '../../record/record.ts'
import type {PartitionBounds, ReadRange, ReadResult, StoredBatch} from '../port/log-store.ts'
import type {Connection} from './connection.ts'
import {entriesOf} from './entries.ts'
import type {PartitionKeys} from './keys.ts'
import {arrayOf, numberOf, orAbsent} from './reply.ts'

/** What is taken for the size of a batch until one of the log was seen: too small reads too much, too large asks twice. */
const guessedBatchBytes = 16_384
const batchesPerReadMax = 1000
const batchSizesRemembered = 10_000

export type LogMeta = PartitionBounds & {
  /** Offsets below it are read from the compacted log. */
  readonly split: Offset
  /** Of the log without the compacted one. */
  readonly logBytes: number
  /** What was ever written to each, of what is in it now and before that: so far count the entries' own. */
  readonly logBytesEver: number
  readonly compactedBytesEver: number
}

const noBytes = {bytes: 0, logBytes: 0, logBytesEver: 0, compactedBytesEver: 0}
const unknown: LogMeta = {begin: 0, end: 0, isKnown: false, split: 0, ...noBytes}

export async function readMeta(connection: Connection, keys: PartitionKeys): Promise<LogMeta> {
  const fields = ['begin', 'end', 'z', 'd', 'cz', 'cd', 'split']
  const reply = arrayOf(await connection.call('HMGET', [keys.meta, ...fields]))
  if (reply[1] === null) return unknown
  const [begin = 0, end = 0, z = 0, d = 0, cz = 0, cd = 0, split = 0] = reply.map(value => orAbsent(value, numberOf) ?? 0)
  const bytes = {bytes: z - d + cz - cd, logBytes: z - d, logBytesEver: z, compactedBytesEver: cz}
  return {begin, end, isKnown: true, split, ...bytes}
}

/** Reads ranges of logs. XRANGE counts entries, callers count bytes: the size of a log's batches is learned as it is read. */
export class LogReader {
  readonly #connection: Connection
  readonly #batchBytes = new Map<string, number>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async read(keys: PartitionKeys, range: ReadRange): Promise<ReadResult> {
    for (;;) {
      // The entries first: bounds that are read after them cover them.
      const [tail, meta] = await Promise.all([this.#page(keys.log, range.from, range.bytesMax), readMeta(this.#connection, keys)])
      const bounds: PartitionBounds = {begin: meta.begin, end: meta.end, bytes: meta.bytes, isKnown: meta.isKnown}
      if (!meta.isKnown || range.from >= meta.end) return {bounds, batches: []}
      const batches = await this.#assemble(keys, range, meta.split, tail)
      // Else a compaction came in between: what was read after it does not go with what was read before.
      if (batches) return {bounds, batches: cut(batches, range)}
    }
  }

  /** Undefined when the split is another one by now. */
  async #assemble(keys: PartitionKeys, range: ReadRange, split: Offset, tail: Page): Promise<readonly StoredBatch[] | undefined> {
    const {from, bytesMax} = range
    let isMoved = false
    const ask = async <T>(reading: Promise<T>): Promise<T> => {
      const [found, now] = await Promise.all([reading, this.#connection.call('HGET', [keys.meta, 'split'])])
      isMoved ||= (orAbsent(now, numberOf) ?? 0) !== split
      return found
    }
    const head: StoredBatch[] = []
    let log = tail
    if (from < split) {
      head.push(...(await ask(this.#holding(keys.compacted, from))))
      const page = await ask(this.#page(keys.compacted, from, bytesMax))
      head.push(...(await this.#rest(keys.compacted, page, bytesMax, ask)))
      // Below the split the log may hold what a compaction has left to be removed.
      const isBehind = sizeOf(head) < bytesMax && (tail.batches[0]?.baseOffset ?? split) < split
      if (isBehind) log = await ask(this.#page(keys.log, split, bytesMax))
    } else if (tail.batches[0]?.baseOffset !== from) {
      head.push(...(await ask(this.#holding(keys.log, from))))
    }
    if (sizeOf(head) < bytesMax) head.push(...(await this.#rest(keys.log, log, bytesMax - sizeOf(head), ask)))
    return isMoved ? undefined : head
  }

  /** The batch that `from` lies inside of. */
  async #holding(stream: string, from: Offset): Promise<readonly StoredBatch[]> {
    if (from <= 0) return []
    const before = entriesOf(await this.#connection.call('XREVRANGE', [stream, `(${from}-0`, '-', 'COUNT', 1]))
    return before.filter(batch => batch.baseOffset + batch.count > from)
  }

  /** The page, and after it what a guess at too few entries left out. */
  async #rest(stream: string, first: Page, bytesMax: number, ask: Ask): Promise<readonly StoredBatch[]> {
    const batches = [...first.batches]
    let {isComplete} = first
    for (let bytes = sizeOf(batches); !isComplete && bytes < bytesMax; bytes = sizeOf(batches)) {
      const last = batches.at(-1)
      if (!last) break
      const page = await ask(this.#page(stream, last.baseOffset + 1, bytesMax - bytes))
      for (const batch of page.batches) batches.push(batch)
      isComplete = page.isComplete
    }
    return batches
  }

  async #page(stream: string, from: Offset, bytesMax: number): Promise<Page> {
    const guess = Math.ceil(bytesMax / (this.#batchBytes.get(stream) ?? guessedBatchBytes))
    const countMax = Math.max(1, Math.min(guess, batchesPerReadMax))
    const batches = entriesOf(await this.#connection.call('XRANGE', [stream, `${Math.max(0, from)}-0`, '+', 'COUNT', countMax]))
    if (batches.length > 0) this.#learn(stream, batches)
    return {batches, isComplete: batches.length < countMax}
  }

  /** Small batches are believed slowly: a read that takes large ones for small holds the server for long. */
  #learn(stream: string, batches: readonly StoredBatch[]): void {
    if (this.#batchBytes.size >= batchSizesRemembered) this.#batchBytes.clear()
    const known = this.#batchBytes.get(stream) ?? 0
    this.#batchBytes.set(stream, Math.max(1, known / 2, sizeOf(batches) / batches.length))
  }
}

type Ask = <T>(reading: Promise<T>) => Promise<T>
type Page = {readonly batches: readonly StoredBatch[]; readonly isComplete: boolean}

const sizeOf = (batches: readonly StoredBatch[]): number => batches.reduce((sum, batch) => sum + batch.bytes.length, 0)

function cut(batches: readonly StoredBatch[], {to = Infinity, bytesMax}: ReadRange): readonly StoredBatch[] {
  let bytes = 0
  const end = batches.findIndex((batch, i) => {
    bytes += batch.bytes.length
    return batch.baseOffset >= to || (i > 0 && bytes > bytesMax)
  })
  return end < 0 ? batches : batches.slice(0, end)
}
