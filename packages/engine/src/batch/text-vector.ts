import type {Vector} from '../chunk/chunk.ts'
import {isValid, selectValidity, type Validity} from './payload.ts'

type Ends = Uint16Array | Uint32Array

/** The pieces of a `text` payload: row i is `bytes` from the end of row i-1 to `ends[i]`. NULL rows are empty. */
export type Pieces = {
  readonly bytes: Buffer
  readonly ends: Ends
  readonly validity: Validity | undefined
  readonly isAscii: boolean
}

/**
 * Texts as they stand in a batch; strings are made when asked for. ASCII text becomes one string, of which the values are
 * parts, so a value that is kept for long keeps its whole column in memory: whoever keeps one copies it.
 */
export class TextVector implements Vector {
  readonly length: number
  /** The column as stored, where it still is as stored. */
  readonly payload: Uint8Array | undefined
  readonly #layOut: () => Pieces
  #pieces: Pieces | undefined
  #values: readonly (string | null)[] | undefined
  #text: string | undefined

  constructor(length: number, layOut: () => Pieces, payload?: Uint8Array) {
    this.length = length
    this.#layOut = layOut
    this.payload = payload
  }

  get pieces(): Pieces {
    return (this.#pieces ??= this.#layOut())
  }

  get values(): readonly (string | null)[] {
    return (this.#values ??= this.#decode())
  }

  /** The whole column as one string whose indexes are byte positions; only where `pieces.isAscii`. */
  get text(): string {
    return (this.#text ??= this.pieces.bytes.toString('latin1'))
  }

  textAt(i: number): string | null {
    const {validity, ends, bytes, isAscii} = this.pieces
    if (validity !== undefined && !isValid(validity, i)) return null
    const start = i === 0 ? 0 : (ends[i - 1] ?? 0)
    return isAscii ? this.text.substring(start, ends[i]) : bytes.toString('utf8', start, ends[i])
  }

  isNullAt(i: number): boolean {
    const {validity} = this.pieces
    return validity !== undefined && !isValid(validity, i)
  }

  bytesAt(i: number): Buffer | null {
    const {validity, ends, bytes} = this.pieces
    if (validity !== undefined && !isValid(validity, i)) return null
    return bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i])
  }

  select(selection: Int32Array): Vector {
    return new TextSelection(this, selection)
  }

  #decode(): (string | null)[] {
    const {validity, ends, isAscii} = this.pieces
    const values = new Array<string | null>(ends.length)
    if (!isAscii || validity !== undefined) {
      for (let i = 0; i < ends.length; i++) values[i] = this.textAt(i)
      return values
    }
    const text = this.text
    let start = 0
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] ?? 0
      values[i] = text.substring(start, end)
      start = end
    }
    return values
  }
}

/** Some rows of a text column. What is only passed on is copied as bytes and never becomes a string. */
export class TextSelection implements Vector {
  readonly length: number
  readonly #source: TextVector
  readonly #selection: Int32Array
  #values: readonly (string | null)[] | undefined

  constructor(source: TextVector, selection: Int32Array) {
    this.length = selection.length
    this.#source = source
    this.#selection = selection
  }

  get values(): readonly (string | null)[] {
    return (this.#values ??= Array.from(this.#selection, row => this.#source.textAt(row)))
  }

  select(selection: Int32Array): Vector {
    return new TextSelection(
      this.#source,
      selection.map(row => this.#selection[row] ?? 0),
    )
  }

  /** The selected pieces, put together. */
  gather(): Pieces {
    const {bytes, ends, validity, isAscii} = this.#source.pieces
    const selection = this.#selection
    let total = 0
    for (let i = 0; i < selection.length; i++) {
      const row = selection[i] ?? 0
      total += (ends[row] ?? 0) - (row === 0 ? 0 : (ends[row - 1] ?? 0))
    }
    const gathered = Buffer.allocUnsafe(total)
    const newEnds = total < 65536 ? new Uint16Array(selection.length) : new Uint32Array(selection.length)
    let at = 0
    for (let i = 0; i < selection.length; i++) {
      const row = selection[i] ?? 0
      const from = row === 0 ? 0 : (ends[row - 1] ?? 0)
      const to = ends[row] ?? 0
      if (to - from > 64) at += bytes.copy(gathered, at, from, to)
      // A loop beats the call for short pieces.
      else for (let j = from; j < to; j++) gathered[at++] = bytes[j] ?? 0
      newEnds[i] = at
    }
    return {bytes: gathered, ends: newEnds, validity: selectValidity(validity, selection), isAscii}
  }
}
