import type {Offset} from '../../record/record.ts'
import type {Batches, StoredBatch} from '../port/log-store.ts'
import type {Connection} from './connection.ts'
import {entriesOf, entryArguments} from './entries.ts'
import type {PartitionKeys} from './keys.ts'
import {readMeta} from './log-reader.ts'
import {swapCompacted} from './lua/swap-compacted.ts'
import {numberOf} from './reply.ts'

/**
 * A stream takes no entries but at its end, so a partition that was compacted has two: the compacted log below an offset (the
 * split), the log itself from there on. A compaction writes the new compacted log beside the old one, in as many steps as
 * it needs, and then swaps them in one step, unless the partition was trimmed or compacted meanwhile.
 */
export async function replaceBatches(
  connection: Connection,
  keys: PartitionKeys,
  {from, to, batches}: {readonly from: Offset; readonly to: Offset; readonly batches: Batches},
): Promise<'replaced' | 'conflict'> {
  const meta = await readMeta(connection, keys)
  if (!meta.isKnown || meta.begin > from) return 'conflict'
  const split = Math.max(meta.split, to)
  const rewrite = new Rewrite(connection, keys.rewrite)
  await rewrite.begin()
  await copy(connection, keys.compacted, {from: 0, to: from}, rewrite)
  await copy(connection, keys.log, {from: 0, to: from}, rewrite)
  for await (const batch of batches) await rewrite.add(batch)
  await copy(connection, keys.compacted, {from: to, to: Infinity}, rewrite)
  await rewrite.end()
  const args = [meta.version, split, rewrite.bytes]
  const swapped = await connection.run(swapCompacted, [keys.log, keys.compacted, keys.rewrite, keys.meta], args, {
    isRepeatable: false,
  })
  return numberOf(swapped) === 1 ? 'replaced' : 'conflict'
}

/** Small, so that who produces over the same connection does not wait for long. */
const entriesUnderWayMax = 8

class Rewrite {
  readonly #connection: Connection
  readonly #stream: string
  readonly #sent: Promise<unknown>[] = []
  #bytes = 0
  #latestMs = 0

  constructor(connection: Connection, stream: string) {
    this.#connection = connection
    this.#stream = stream
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Removes what a compaction that died left behind. */
  async begin(): Promise<void> {
    await this.#connection.call('UNLINK', [this.#stream])
  }

  async add(batch: StoredBatch): Promise<void> {
    this.#latestMs = Math.max(this.#latestMs, batch.maxTimestampMs)
    const entry = entryArguments(batch, this.#bytes, this.#latestMs)
    this.#sent.push(this.#connection.call('XADD', [this.#stream, ...entry], {isRepeatable: false}))
    this.#bytes += batch.bytes.length
    if (this.#sent.length === entriesUnderWayMax) await this.end()
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    await Promise.all(this.#sent.splice(0))
  }
}

async function copy(connection: Connection, stream: string, range: {from: Offset; to: Offset}, rewrite: Rewrite): Promise<void> {
  const end = range.to === Infinity ? '+' : `(${range.to}-0`
  if (range.to === 0) return
  let next = range.from
  for (;;) {
    const batches = entriesOf(await connection.call('XRANGE', [stream, `${next}-0`, end, 'COUNT', 50]))
    for (const batch of batches) await rewrite.add(batch)
    const last = batches.at(-1)
    if (!last) return
    next = last.baseOffset + 1
  }
}
