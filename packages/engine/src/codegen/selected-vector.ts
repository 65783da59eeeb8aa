import type {Vector} from '../chunk/chunk.ts'
import type {Value} from '../schema/value.ts'

/** The rows of `selection`, in its order, taken when they are first looked at. Typed arrays stay typed. */
export const selectVector = (source: Vector, selection: Int32Array): Vector => new SelectedVector(source, selection)

class SelectedVector implements Vector {
  readonly #source: Vector
  readonly #selection: Int32Array
  #values: ArrayLike<Value> | undefined

  constructor(source: Vector, selection: Int32Array) {
    this.#source = source
    this.#selection = selection
  }

  get length(): number {
    return this.#selection.length
  }

  get values(): ArrayLike<Value> {
    this.#values ??= take(this.#source.values, this.#selection)
    return this.#values
  }
}

function take(values: ArrayLike<Value>, selection: Int32Array): ArrayLike<Value> {
  if (values instanceof Float64Array) return Float64Array.from(selection, row => values[row] ?? 0)
  if (values instanceof Int32Array) return Int32Array.from(selection, row => values[row] ?? 0)
  return Array.from(selection, row => values[row] ?? null)
}
