import {must} from '../base/assert.ts'
import type {Rows} from '../chunk/chunk.ts'
import type {Expr} from '../expr/ir.ts'
import {referencedColumns} from '../expr/references.ts'
import type {Value} from '../schema/value.ts'
import {compile} from './compile.ts'
import type {InputColumns} from './emitter.ts'
import type {Loop} from './loop.ts'

/** Past this many mixtures of typed and generic columns, the code for generic ones serves them all. */
const MAX_VARIANTS = 8
/** Past this many columns all count as generic; 3 to this power is a safe integer. */
const MAX_COLUMNS = 30

const GENERIC = 0
const INTS = 1
const DOUBLES = 2

/**
 * One expression compiled for the shapes that its columns come in: over typed arrays the checks for NULL and bigint fall
 * away, and V8 sees one kind of array at each place.
 */
export class Variants<F> {
  readonly #referenced: readonly number[]
  readonly #emit: (columns: InputColumns) => Loop
  readonly #byShapes = new Map<number, F>()

  constructor(expr: Expr, emit: (columns: InputColumns) => Loop) {
    this.#referenced = referencedColumns([expr])
    this.#emit = emit
  }

  /** The function for these rows, and the columns that it takes. */
  choose(rows: Rows): {readonly run: F; readonly columns: readonly ArrayLike<Value>[]} {
    const columns: ArrayLike<Value>[] = []
    let shapes = 0
    for (const index of this.#referenced) {
      const {values} = must(rows.columns[index], 'a column that an expression reads')
      columns.push(values)
      shapes = shapes * 3 + shapeOf(values)
    }
    return {run: this.#byShapes.get(shapes) ?? this.#make(shapes, columns.map(shapeOf)), columns}
  }

  #make(key: number, shapes: readonly number[]): F {
    const isGeneric = this.#byShapes.size >= MAX_VARIANTS || shapes.length > MAX_COLUMNS
    if (isGeneric && key !== 0)
      return (
        this.#byShapes.get(0) ??
        this.#make(
          0,
          shapes.map(() => GENERIC),
        )
      )
    const isTyped = (column: number) => shapes[this.#referenced.indexOf(column)] !== GENERIC
    const {source, constants} = this.#emit({indexes: this.#referenced, isTyped})
    const run = compile<F>(source, constants, String(key))
    this.#byShapes.set(key, run)
    return run
  }
}

/** What sort of array it is, as a digit. */
export function shapeOf(values: ArrayLike<unknown>): number {
  if (values instanceof Float64Array) return DOUBLES
  return values instanceof Int32Array ? INTS : GENERIC
}
