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
  /** Changes with every trim and compaction. */
  readonly version: number
}

const unknown: LogMeta = {begin: 0, end: 0, bytes: 0, isKnown: false, split: 0, version: 0}

export async function readMeta(connection: Connection, keys: PartitionKeys): Promise<LogMeta> {
  const fields = ['begin', 'end', 'z', 'd', 'cz', 'cd', 'split', 'version']
  const reply = arrayOf(await connection.call('HMGET', [keys.meta, ...fields]))
  if (reply[1] === null) return unknown
  const [begin = 0, end = 0, z = 0, d = 0, cz = 0, cd = 0, split = 0, version = 0] = reply.map(
    value => orAbsent(value, numberOf) ?? 0,
  )
  return {begin, end, bytes: z - d + cz - cd, isKnown: true, split, version}
}

/** Reads ranges of logs. XRANGE counts entries, callers count bytes: the size of a log's batches is learned as it is read. */
export class LogReader {
  readonly #connection: Connection
  readonly #batchBytes = new Map<string, number>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async read(keys: PartitionKeys, range: ReadRange): Promise<ReadResult> {
    // The entries first: bounds that are read after them cover them.
    const [tail, meta] = await Promise.all([this.#page(keys.log, range.from, range.bytesMax), readMeta(this.#connection, keys)])
    const bounds: PartitionBounds = {begin: meta.begin, end: meta.end, bytes: meta.bytes, isKnown: meta.isKnown}
    if (!meta.isKnown || range.from >= meta.end) return {bounds, batches: []}
    const head = await this.#head(keys, range, meta, tail)
    if (!head.isComplete) return {bounds, batches: cut(head.batches, range)}
    const rest = await this.#rest(keys.log, tail, range.bytesMax)
    return {bounds, batches: cut([...head.batches, ...rest], range)}
  }

  /** What the first XRANGE can't find: the compacted part, or the batch that `from` lies inside of. */
  async #head(keys: PartitionKeys, {from, bytesMax}: ReadRange, meta: LogMeta, tail: Page): Promise<Page> {
    if (from >= meta.split) return {batches: await this.#holding(keys.log, from, tail.batches), isComplete: true}
    const page = await this.#page(keys.compacted, from, bytesMax)
    const batches = await this.#rest(keys.compacted, page, bytesMax)
    const holder = await this.#holding(keys.compacted, from, page.batches)
    return {batches: [...holder, ...batches], isComplete: page.isComplete || sizeOf(batches) < bytesMax}
  }

  async #holding(stream: string, from: Offset, found: readonly StoredBatch[]): Promise<readonly StoredBatch[]> {
    if (from <= 0 || found[0]?.baseOffset === from) return []
    const before = entriesOf(await this.#connection.call('XREVRANGE', [stream, `${from - 1}-1`, '-', 'COUNT', 1]))
    return before.filter(batch => batch.baseOffset + batch.count > from)
  }

  /** The page, and after it what a guess at too few entries left out. */
  async #rest(stream: string, first: Page, bytesMax: number): Promise<readonly StoredBatch[]> {
    const batches = [...first.batches]
    let {isComplete} = first
    for (let bytes = sizeOf(batches); !isComplete && bytes < bytesMax; bytes = sizeOf(batches)) {
      const last = batches.at(-1)
      if (!last) break
      const page = await this.#page(stream, last.baseOffset + 1, bytesMax - bytes)
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

  #learn(stream: string, batches: readonly StoredBatch[]): void {
    if (this.#batchBytes.size >= batchSizesRemembered) this.#batchBytes.clear()
    this.#batchBytes.set(stream, Math.max(1, sizeOf(batches) / batches.length))
  }
}

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
