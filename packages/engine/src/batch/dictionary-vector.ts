import type {Vector} from '../chunk/chunk.ts'
import {isValid, selectValidity, type Validity} from './payload.ts'

export type Codes = {
  readonly codes: Uint8Array | Uint16Array
  readonly entries: () => readonly string[]
  /** Codes of NULL rows mean nothing. */
  readonly validity: Validity | undefined
}

/** Repeated texts: each row is a code, the index of its text in `entries`. What holds for an entry holds for its rows. */
export class DictionaryVector implements Vector {
  readonly length: number
  readonly payload: Uint8Array | undefined
  readonly #layOut: () => Codes
  #laidOut: Codes | undefined
  #values: readonly (string | null)[] | undefined

  constructor(length: number, layOut: () => Codes, payload?: Uint8Array) {
    this.length = length
    this.#layOut = layOut
    this.payload = payload
  }

  get codes(): Uint8Array | Uint16Array {
    return this.#codes.codes
  }

  get entries(): readonly string[] {
    return this.#codes.entries()
  }

  get validity(): Validity | undefined {
    return this.#codes.validity
  }

  get values(): readonly (string | null)[] {
    return (this.#values ??= this.#decode())
  }

  select(selection: Int32Array): Vector {
    return new DictionaryVector(selection.length, () => {
      const {codes, entries, validity} = this.#codes
      const selected = codes instanceof Uint8Array ? new Uint8Array(selection.length) : new Uint16Array(selection.length)
      for (let i = 0; i < selection.length; i++) selected[i] = codes[selection[i] ?? 0] ?? 0
      return {codes: selected, entries, validity: selectValidity(validity, selection)}
    })
  }

  get #codes(): Codes {
    return (this.#laidOut ??= this.#layOut())
  }

  #decode(): (string | null)[] {
    const {codes, entries, validity} = this
    const values = new Array<string | null>(codes.length)
    for (let i = 0; i < codes.length; i++)
      values[i] = validity !== undefined && !isValid(validity, i) ? null : (entries[codes[i] ?? 0] ?? null)
    return values
  }
}
