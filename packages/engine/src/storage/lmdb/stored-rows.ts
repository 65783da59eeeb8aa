import {createHash} from 'node:crypto'
import {compareBytes} from '../../base/bytes.ts'
import type {ScanPage, ScanRange} from '../port/state-store.ts'
import type {Bytes} from './environment.ts'
import {prefixes, under} from './keys.ts'
import {put, remove} from './rows.ts'

/**
 * Rows of one state store. LMDB's keys end at 1,978 bytes, users' keys do not: a longer key is kept as its first bytes and a
 * digest of the whole, with the key itself in the value. Rows that share those first bytes lie side by side, in the
 * order of their digests, so a scan sorts each such run by its real keys.
 */
const inlineBytesMax = 1800
const numberBytes = 4
const longKeyBytesMin = numberBytes + inlineBytesMax + 1

type Entry = {readonly key: Uint8Array; readonly value: Uint8Array}

export class StoredRows {
  readonly #db: Bytes
  readonly #prefix: Uint8Array

  constructor(db: Bytes, store: number) {
    this.#db = db
    this.#prefix = prefixes.rowsOf(store)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#db.get(this.#physical(key))
    return value && isLong(key) ? splitLong(value).value : value
  }

  put(key: Uint8Array, value: Uint8Array): void {
    put(this.#db, this.#physical(key), isLong(key) ? joinLong(key, value) : value)
  }

  remove(key: Uint8Array): void {
    remove(this.#db, this.#physical(key))
  }

  scan({from, to, after, entriesMax}: ScanRange): ScanPage {
    const entries: Entry[] = []
    for (const entry of this.#entries(startOf(from, after), to)) {
      if ((from && compareBytes(entry.key, from) < 0) || (after && compareBytes(entry.key, after) <= 0)) continue
      if (to && compareBytes(entry.key, to) >= 0) break
      const last = entries.at(-1)
      if (entries.length === entriesMax && last) return {entries, next: last.key}
      entries.push(entry)
    }
    return {entries}
  }

  /** In the order of their real keys, from somewhat before `from` to somewhat after `to`. */
  *#entries(from: Uint8Array | undefined, to: Uint8Array | undefined): Generator<Entry> {
    const all = under(this.#prefix)
    const start = from ? this.#join(from.subarray(0, inlineBytesMax)) : all.start
    const end = !to ? all.end : isLong(to) ? under(this.#join(to.subarray(0, inlineBytesMax))).end : this.#join(to)
    let run: Entry[] = []
    let runPrefix: Uint8Array | undefined
    for (const {key, value} of this.#db.getRange({start, end})) {
      const isLongRow = key.length >= longKeyBytesMin
      const prefix = isLongRow ? key.subarray(0, numberBytes + inlineBytesMax) : undefined
      if (runPrefix && !(prefix && compareBytes(prefix, runPrefix) === 0)) {
        yield* run.sort((a, b) => compareBytes(a.key, b.key))
        run = []
      }
      runPrefix = prefix
      if (isLongRow) run.push(splitLong(value))
      else yield {key: key.subarray(numberBytes), value}
    }
    yield* run.sort((a, b) => compareBytes(a.key, b.key))
  }

  #physical(key: Uint8Array): Uint8Array {
    if (!isLong(key)) return this.#join(key)
    return this.#join(key.subarray(0, inlineBytesMax), createHash('sha256').update(key).digest())
  }

  #join(...parts: readonly Uint8Array[]): Uint8Array {
    return Buffer.concat([this.#prefix, ...parts])
  }
}

const isLong = (key: Uint8Array): boolean => key.length > inlineBytesMax

function joinLong(key: Uint8Array, value: Uint8Array): Uint8Array {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(key.length)
  return Buffer.concat([length, key, value])
}

function splitLong(row: Uint8Array): Entry {
  const length = Buffer.from(row.buffer, row.byteOffset, row.byteLength).readUInt32BE(0)
  return {key: row.subarray(4, 4 + length), value: row.subarray(4 + length)}
}

function startOf(from: Uint8Array | undefined, after: Uint8Array | undefined): Uint8Array | undefined {
  if (!from || !after) return from ?? after
  return compareBytes(from, after) < 0 ? after : from
}
