import {hashOf} from './changelog-entry.ts'
import {grown} from './grown.ts'

const EMPTY = -1
const REMOVED = -2

/**
 * Slots by text, as UTF-8: an open-addressing table whose keys stand one behind the other in one piece of memory, so that
 * texts need not become strings to be found.
 */
export class TextIndex {
  #buckets = new Int32Array(1024).fill(EMPTY)
  /** Buckets that are not EMPTY, and those of them that are not REMOVED. */
  #used = 0
  #size = 0
  /** By slot. */
  #hashes: Int32Array = new Int32Array(0)
  #starts: Int32Array = new Int32Array(0)
  #ends: Int32Array = new Int32Array(0)
  #texts = Buffer.allocUnsafeSlow(1 << 14)
  #textsEnd = 0

  /** The slot of a text that is part of `bytes`, or -1. */
  find(bytes: Uint8Array, from: number, to: number): number {
    const bucket = this.#bucketOf(bytes, from, to, hashOf(bytes, from, to))
    return bucket < 0 ? -1 : this.#buckets[bucket]!
  }

  findText(text: string): number {
    const size = encode(text)
    return this.find(scratch, 0, size)
  }

  /** The slot of a text that has none yet. */
  set(slot: number, bytes: Uint8Array, from: number, to: number): void {
    if ((this.#used + 1) * 2 > this.#buckets.length) this.#rehash()
    const hash = hashOf(bytes, from, to)
    this.#hashes = grown(this.#hashes, slot)
    this.#starts = grown(this.#starts, slot)
    this.#ends = grown(this.#ends, slot)
    this.#hashes[slot] = hash
    this.#append(slot, bytes, from, to)
    const mask = this.#buckets.length - 1
    let bucket = spread(hash) & mask
    while (this.#buckets[bucket]! >= 0) bucket = (bucket + 1) & mask
    if (this.#buckets[bucket] === EMPTY) this.#used++
    this.#buckets[bucket] = slot
    this.#size++
  }

  setText(slot: number, text: string): void {
    const size = encode(text)
    this.set(slot, scratch, 0, size)
  }

  delete(text: string): void {
    const size = encode(text)
    const bucket = this.#bucketOf(scratch, 0, size, hashOf(scratch, 0, size))
    if (bucket < 0) return
    this.#buckets[bucket] = REMOVED
    this.#size--
  }

  #bucketOf(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const buckets = this.#buckets
    const mask = buckets.length - 1
    for (let bucket = spread(hash) & mask; ; bucket = (bucket + 1) & mask) {
      const slot = buckets[bucket]!
      if (slot === EMPTY) return -1
      if (slot >= 0 && this.#hashes[slot] === hash && this.#isAt(slot, bytes, from, to)) return bucket
    }
  }

  #isAt(slot: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#starts[slot]!
    const size = to - from
    if (this.#ends[slot]! - start !== size) return false
    const texts = this.#texts
    for (let i = 0; i < size; i++) if (texts[start + i] !== bytes[from + i]) return false
    return true
  }

  #append(slot: number, bytes: Uint8Array, from: number, to: number): void {
    const size = to - from
    if (this.#textsEnd + size > this.#texts.length) this.#makeRoom(size)
    this.#texts.set(bytes.subarray(from, to), this.#textsEnd)
    this.#starts[slot] = this.#textsEnd
    this.#ends[slot] = this.#textsEnd += size
  }

  /** Copies the texts that are in use, which leaves out those of removed keys. */
  #makeRoom(size: number): void {
    const old = this.#texts
    const kept = this.#slots()
    const bytes = kept.reduce((sum, slot) => sum + this.#ends[slot]! - this.#starts[slot]!, 0)
    this.#texts = Buffer.allocUnsafeSlow((bytes + size) * 2)
    let at = 0
    for (const slot of kept) {
      const [start, end] = [this.#starts[slot]!, this.#ends[slot]!]
      old.copy(this.#texts, at, start, end)
      this.#starts[slot] = at
      this.#ends[slot] = at += end - start
    }
    this.#textsEnd = at
  }

  #rehash(): void {
    const slots = this.#slots()
    let size = this.#buckets.length
    while (this.#size * 3 > size) size *= 2
    this.#buckets = new Int32Array(size).fill(EMPTY)
    this.#used = slots.length
    for (const slot of slots) {
      let bucket = spread(this.#hashes[slot]!) & (size - 1)
      while (this.#buckets[bucket] !== EMPTY) bucket = (bucket + 1) & (size - 1)
      this.#buckets[bucket] = slot
    }
  }

  #slots(): number[] {
    const slots: number[] = []
    for (const slot of this.#buckets) if (slot >= 0) slots.push(slot)
    return slots
  }
}

/** FNV leaves its low bits close together for keys that differ at their end. */
const spread = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)

let scratch = Buffer.allocUnsafeSlow(1024)

function encode(text: string): number {
  if (text.length * 3 > scratch.length) scratch = Buffer.allocUnsafeSlow(text.length * 6)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127) return scratch.write(text, 'utf8')
    scratch[i] = code
  }
  return text.length
}
