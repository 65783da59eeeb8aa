/**
 * A growing buffer. The hot encoders write through `bytes` and `view` at `at` after `reserve`; both are replaced when the
 * buffer grows, so they must be read again after any call here.
 */
export class ByteWriter {
  bytes: Buffer
  view: DataView
  at = 0

  constructor(capacity = 1024) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes sure that `count` more bytes fit. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + count))
    grown.set(this.bytes.subarray(0, this.at))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  u8(value: number): void {
    this.reserve(1)
    this.bytes[this.at++] = value
  }

  u32(value: number): void {
    this.reserve(4)
    this.view.setUint32(this.at, value, true)
    this.at += 4
  }

  f64(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.at, value, true)
    this.at += 8
  }

  /** A whole number from 0 to 2^53, seven bits a byte, low bits first. */
  varint(value: number): void {
    this.reserve(8)
    const {bytes} = this
    let at = this.at
    let rest = value
    while (rest >= 0x80000000) {
      bytes[at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest >= 128) {
      bytes[at++] = (rest & 127) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.at = at
  }

  raw(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.at)
    this.at += source.length
  }

  /** Text as UTF-8, its length in bytes before it. */
  text(value: string): void {
    const {length} = value
    this.reserve(length * 3 + 5)
    const {bytes} = this
    if (length < 24 && this.#shortAscii(value)) return
    const size = Buffer.byteLength(value)
    this.varint(size)
    bytes.write(value, this.at, size, 'utf8')
    this.at += size
  }

  /** Zeroes up to the next multiple of eight. */
  align(): void {
    this.reserve(8)
    while (this.at & 7) this.bytes[this.at++] = 0
  }

  /** Room for `count` bytes, zeroed; returns where it starts. */
  zeroes(count: number): number {
    this.reserve(count)
    const from = this.at
    this.bytes.fill(0, from, from + count)
    this.at += count
    return from
  }

  /** A copy of what was written, and an empty buffer for the next use. */
  take(): Uint8Array {
    const taken = new Uint8Array(this.bytes.subarray(0, this.at))
    this.at = 0
    return taken
  }

  /** For a few characters a loop beats the call into the runtime. */
  #shortAscii(value: string): boolean {
    const {bytes} = this
    const start = this.at + 1
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code > 127) return false
      bytes[start + i] = code
    }
    bytes[this.at] = value.length
    this.at = start + value.length
    return true
  }
}
