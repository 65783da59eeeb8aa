import {EngineError, type ErrorCode} from '../base/errors.ts'

/** Reads what ByteWriter wrote. Whatever does not fit is an EngineError with the code given. */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly #code: ErrorCode
  at = 0

  constructor(bytes: Uint8Array, code: ErrorCode = 'BATCH_CORRUPT') {
    this.bytes = bytes
    this.#code = code
  }

  corrupt(what: string): EngineError {
    return new EngineError(this.#code, `damaged data: ${what}`, {at: this.at, length: this.bytes.length})
  }

  /** Moves over `count` bytes and returns where they start. */
  skip(count: number): number {
    const from = this.at
    if (count > this.bytes.length - from) throw this.corrupt(`${count} bytes expected, ${this.bytes.length - from} left`)
    this.at = from + count
    return from
  }

  u8(): number {
    return this.bytes[this.skip(1)] ?? 0
  }

  u32(): number {
    const {bytes} = this
    const at = this.skip(4)
    return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  }

  f64(): number {
    const at = this.skip(8)
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + at, 8).getFloat64(0, true)
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.u8()
      value += (byte & 127) * scale
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 128
    }
    throw this.corrupt('a number is too long')
  }

  /** A view, not a copy. */
  raw(count: number): Uint8Array {
    const from = this.skip(count)
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, count)
  }

  text(): string {
    const size = this.varint()
    const from = this.skip(size)
    return size < 24 ? this.#shortText(from, size) : this.#longText(from, size)
  }

  align(): void {
    this.skip(-this.at & 7)
  }

  expectEnd(): void {
    if (this.at !== this.bytes.length) throw this.corrupt(`${this.bytes.length - this.at} bytes too many`)
  }

  #shortText(from: number, size: number): string {
    const {bytes} = this
    let text = ''
    for (let i = from; i < from + size; i++) {
      const code = bytes[i] ?? 0
      if (code > 127) return this.#longText(from, size)
      text += String.fromCharCode(code)
    }
    return text
  }

  #longText(from: number, size: number): string {
    return asBuffer(this.bytes).toString('utf8', from, from + size)
  }
}

/** The same memory as a Buffer. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
