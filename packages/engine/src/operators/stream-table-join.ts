import {mayHoldNull, selectRows} from '../batch/select.ts'
import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import type {StreamTableJoinStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import {isAllNull, keyColumns, layoutOf, type OperatorContext} from './context.ts'
import type {Emit, Operator, TwoChunks} from './operator.ts'
import {RememberedRows} from './table-source.ts'
import {oneTurn, takeTurns, type Turns} from './turns.ts'

/**
 * Looks each stream row up in the table as it is when the row comes; the table side changes state and gives nothing.
 * Null values fall away; a row without a key finds nothing.
 */
export function streamTableJoinOperator(step: StreamTableJoinStep, context: OperatorContext): Operator {
  const store = context.stores.add(new KeyedStore(step.rightStore, layoutOf(step.right)))
  const leftKeys = step.left.schema.key.length
  const rightKeys = step.right.schema.key.length

  function join([left, right]: TwoChunks, turns: Turns, emit: Emit): void {
    const find = left && finder(left, leftKeys, store, right !== undefined)
    const found = left && find && new FoundRows(left, find, store, step.join === 'left')
    const remembered = right && new RememberedRows(right, rightKeys, store, false)
    takeTurns(
      turns,
      (from, to) => found?.lookUp(from, to),
      (from, to) => remembered?.put(from, to),
    )
    found?.emit(emit)
  }

  return {
    process: (port, chunk, emit) => join(port === 0 ? [chunk, undefined] : [undefined, chunk], oneTurn(port, chunk.count), emit),
    processTurns: join,
  }
}

/**
 * The slot of each row's key, or -1. Where no key is NULL, keys are found as they stand in their batch, and one that was found is
 * not looked for again: not for a table that changes meanwhile.
 */
function finder(chunk: Chunk, keyCount: number, store: KeyedStore, isChanging: boolean): (row: number) => number {
  const columns = chunk.columns.slice(0, keyCount)
  if (!isChanging && chunk.windows === undefined && !columns.some(mayHoldNull)) {
    const keys = store.keysOf(columns, chunk.count)
    return row => keys.find(row)
  }
  const keys = keyColumns(chunk, keyCount)
  const mapKeys = store.mapKeys(keys, chunk.count)
  return row => (isAllNull(keys, keyCount, row) ? -1 : store.find(mapKeys[row]!))
}

/** Rows of a stream with what the table held for them when they were looked up: later changes do not reach them. */
class FoundRows {
  readonly #chunk: Chunk
  readonly #find: (row: number) => number
  readonly #store: KeyedStore
  readonly #keepsUnmatched: boolean
  readonly #rows: Int32Array
  readonly #slots: Int32Array
  readonly #values: readonly Value[][]
  #count = 0

  constructor(chunk: Chunk, find: (row: number) => number, store: KeyedStore, keepsUnmatched: boolean) {
    this.#chunk = chunk
    this.#find = find
    this.#store = store
    this.#keepsUnmatched = keepsUnmatched
    this.#rows = new Int32Array(chunk.count)
    this.#slots = new Int32Array(chunk.count)
    this.#values = store.table.values.map(() => new Array<Value>(chunk.count))
  }

  lookUp(from: number, to: number): void {
    const {nullValues} = this.#chunk
    const first = this.#count
    let count = first
    for (let row = from; row < to; row++) {
      if (nullValues !== undefined && nullValues[row] === 1) continue
      const slot = this.#find(row)
      if (slot < 0 && !this.#keepsUnmatched) continue
      this.#rows[count] = row
      this.#slots[count++] = slot
    }
    this.#count = count
    for (let i = 0; i < this.#values.length; i++)
      gatherSlots(this.#store.table.values[i]!, this.#slots, this.#values[i]!, first, count)
  }

  emit(emit: Emit): void {
    const count = this.#count
    if (count === 0) return
    const chunk = this.#chunk
    const {nullValues: _nullValues, ...left} = count === chunk.count ? chunk : selectRows(chunk, this.#rows.subarray(0, count))
    for (const column of this.#values) column.length = count
    emit({...left, columns: [...left.columns, ...this.#values.map(vectorOf)]})
  }
}

function gatherSlots(column: readonly Value[], slots: Int32Array, values: Value[], from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const slot = slots[i]!
    values[i] = slot < 0 ? null : column[slot]!
  }
}
