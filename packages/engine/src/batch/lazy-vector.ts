import type {Vector} from '../chunk/chunk.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'

/** The bytes that a column was read from: good for another batch as long as the column has the same type there. */
export type StoredColumn = {readonly payload: Uint8Array; readonly type: SqlType}

/** A column that is decoded, whole, when its values are asked for. */
export class LazyVector implements Vector {
  readonly length: number
  readonly stored: StoredColumn | undefined
  readonly #decode: () => ArrayLike<Value>
  #values: ArrayLike<Value> | undefined

  constructor(length: number, decode: () => ArrayLike<Value>, stored?: StoredColumn) {
    this.length = length
    this.#decode = decode
    this.stored = stored
  }

  get values(): ArrayLike<Value> {
    return (this.#values ??= this.#decode())
  }
}
