import type {Vector} from '../chunk/chunk.ts'
import type {Value} from '../schema/value.ts'

/** A column that is decoded, whole, when its values are asked for. */
export class LazyVector implements Vector {
  readonly length: number
  readonly payload: Uint8Array | undefined
  readonly #decode: () => ArrayLike<Value>
  #values: ArrayLike<Value> | undefined

  constructor(length: number, decode: () => ArrayLike<Value>, payload?: Uint8Array) {
    this.length = length
    this.#decode = decode
    this.payload = payload
  }

  get values(): ArrayLike<Value> {
    return (this.#values ??= this.#decode())
  }
}
