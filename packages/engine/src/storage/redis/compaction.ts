import {randomUUID} from 'node:crypto'
import type {Offset} from '../../record/record.ts'
import type {Batches, StoredBatch} from '../port/log-store.ts'
import type {Argument, Connection} from './connection.ts'
import type {PartitionKeys} from './keys.ts'
import {readMeta} from './log-reader.ts'
import {beginRewrite} from './lua/begin-rewrite.ts'
import {abandonRewrite, swapCompacted} from './lua/swap-compacted.ts'
import {copyToRewrite, writeRewrite} from './lua/write-rewrite.ts'
import {arrayOf, asBuffer, numberOf, textOf} from './reply.ts'
import {trimPartition} from './trim.ts'

/**
 * A stream takes no entries but at its end, so a partition that was compacted has two: the compacted log below an offset (the
 * split), the log itself from there on. A compaction writes the new compacted log beside the old one, in as many steps as
 * it needs, and then swaps them in one step; each step asks whether the compaction still has the partition, which it loses to one that
 * begins later and to a drop. A trim meanwhile is no conflict: what it removed is removed once more after the swap.
 */
export async function replaceBatches(
  connection: Connection,
  keys: PartitionKeys,
  {from, to, batches}: {readonly from: Offset; readonly to: Offset; readonly batches: Batches},
): Promise<'replaced' | 'conflict'> {
  const rewrite = new Rewrite(connection, keys)
  if (!(await rewrite.begin())) return 'conflict'
  try {
    const {begin, split} = await readMeta(connection, keys)
    await rewrite.copy(keys.compacted, {from: 0, to: Math.min(from, split)})
    await rewrite.copy(keys.log, {from: split, to: from})
    for await (const batch of batches) await rewrite.add(batch)
    await rewrite.copy(keys.compacted, {from: to, to: split})
    if (!(await rewrite.swap(Math.max(split, to)))) return 'conflict'
    await trimPartition(connection, keys, begin)
    return 'replaced'
  } catch (error) {
    await rewrite.abandon()
    throw error
  }
}

/** Small, so that who produces does not wait for long. */
const bytesPerStep = 256 << 10
const entriesPerStep = 250

class Rewrite {
  readonly #connection: Connection
  readonly #keys: PartitionKeys
  readonly #token = randomUUID()
  #entries: Argument[] = []
  #entriesBytes = 0
  #bytes = 0
  #latestMs = 0
  #isLost = false

  constructor(connection: Connection, keys: PartitionKeys) {
    this.#connection = connection
    this.#keys = keys
  }

  async begin(): Promise<boolean> {
    const {rewrite, meta} = this.#keys
    const begun = await this.#connection.run(beginRewrite, [rewrite, meta], [this.#token], {isRepeatable: true})
    return numberOf(begun) === 1
  }

  async add({baseOffset, count, maxTimestampMs, bytes}: StoredBatch): Promise<void> {
    if (this.#isLost) return
    if (this.#entriesBytes + bytes.length > bytesPerStep || this.#entries.length >= 6 * entriesPerStep) await this.#write()
    this.#latestMs = Math.max(this.#latestMs, maxTimestampMs)
    this.#entries.push(baseOffset, count, maxTimestampMs, this.#bytes, this.#latestMs, asBuffer(bytes))
    this.#entriesBytes += bytes.length
    this.#bytes += bytes.length
  }

  /** Inside the server. */
  async copy(stream: string, range: {readonly from: Offset; readonly to: Offset}): Promise<void> {
    if (range.from >= range.to) return
    await this.#write()
    const {rewrite, meta} = this.#keys
    for (let next = `${range.from}`; next !== '' && !this.#isLost;) {
      const args = [this.#token, next, `(${range.to}-0`, this.#bytes, this.#latestMs, bytesPerStep, entriesPerStep]
      // Not repeatable: an entry that is there can't be added again.
      const reply = await this.#connection.run(copyToRewrite, [stream, rewrite, meta], args, {isRepeatable: false})
      const [goOn, bytes, latestMs] = arrayOf(reply)
      this.#isLost = goOn === undefined
      if (this.#isLost) return
      next = textOf(goOn)
      this.#bytes = numberOf(bytes)
      this.#latestMs = numberOf(latestMs)
    }
  }

  /** Returns whether the partition was still this compaction's. */
  async swap(split: Offset): Promise<boolean> {
    await this.#write()
    if (this.#isLost) return false
    const {log, compacted, rewrite, meta} = this.#keys
    const args = [this.#token, split, this.#bytes]
    const swapped = await this.#connection.run(swapCompacted, [log, compacted, rewrite, meta], args, {isRepeatable: false})
    return numberOf(swapped) === 1
  }

  /** As far as that is possible: what stays is removed when the next compaction begins. */
  async abandon(): Promise<void> {
    const {rewrite, meta} = this.#keys
    await this.#connection.run(abandonRewrite, [rewrite, meta], [this.#token], {isRepeatable: true}).catch(() => undefined)
  }

  async #write(): Promise<void> {
    if (this.#entries.length === 0 || this.#isLost) return
    const {rewrite, meta} = this.#keys
    const args = [this.#token, ...this.#entries]
    this.#entries = []
    this.#entriesBytes = 0
    this.#isLost = numberOf(await this.#connection.run(writeRewrite, [rewrite, meta], args, {isRepeatable: false})) === 0
  }
}
