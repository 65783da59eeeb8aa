import {assert} from '../base/assert.ts'
import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import {selectChunk} from '../batch/select.ts'
import type {SourceStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import type {KeyColumns, MapKey} from '../state/map-key.ts'
import {isAllNull, keyColumns, layoutOf, type OperatorContext} from './context.ts'
import {badRow} from './evaluator.ts'
import type {Operator} from './operator.ts'

/**
 * Reads a table's topic. With a store it keeps the rows by key and tells what was there before each change. Rows without
 * a key are dropped.
 */
export function tableSourceOperator(step: SourceStep, context: OperatorContext): Operator {
  const keyCount = step.schema.key.length
  assert(step.store !== undefined || !context.wantsBefore, `step ${step.id} has no store, but old rows are asked for`)
  const store = step.store === undefined ? undefined : context.stores.add(new KeyedStore(step.store, layoutOf(step)))
  return {
    process(_port, chunk, emit) {
      const keyed = withKeys(chunk, keyCount, step.id, context)
      if (keyed.count === 0) return
      if (store === undefined) return emit(keyed)
      const before = remember(keyed, keyCount, store, context.wantsBefore)
      emit(before === undefined ? keyed : {...keyed, before})
    },
  }
}

function withKeys(chunk: Chunk, keyCount: number, step: string, context: OperatorContext): Chunk {
  const keys = chunk.columns.slice(0, keyCount).map(column => column.values)
  const kept = new Int32Array(chunk.count)
  let count = 0
  for (let row = 0; row < chunk.count; row++) {
    if (isAllNull(keys, keyCount, row)) context.report(badRow('null-key', step, 'a row of a table has no key', chunk, row))
    else kept[count++] = row
  }
  return count === chunk.count ? chunk : selectChunk(chunk, kept.subarray(0, count))
}

/** Puts the rows into the store; gives the rows that they replace when asked to. */
export function remember(chunk: Chunk, keyCount: number, store: KeyedStore, wantsBefore: boolean): Chunk['before'] {
  const rows = new RememberedRows(chunk, keyCount, store, wantsBefore)
  rows.put(0, chunk.count)
  return rows.before
}

/** As `remember`, some rows at a time. */
export class RememberedRows {
  readonly #chunk: Chunk
  readonly #keyCount: number
  readonly #store: KeyedStore
  readonly #keys: KeyColumns
  readonly #mapKeys: ArrayLike<MapKey>
  readonly #values: readonly ArrayLike<Value>[]
  readonly #old: readonly Value[][] | undefined
  readonly #wasAbsent: Uint8Array

  constructor(chunk: Chunk, keyCount: number, store: KeyedStore, wantsBefore: boolean) {
    this.#chunk = chunk
    this.#keyCount = keyCount
    this.#store = store
    this.#keys = keyColumns(chunk, keyCount)
    this.#mapKeys = store.mapKeys(this.#keys, chunk.count)
    this.#values = chunk.columns.slice(keyCount).map(column => column.values)
    this.#old = wantsBefore ? this.#values.map(() => new Array<Value>(chunk.count).fill(null)) : undefined
    this.#wasAbsent = new Uint8Array(wantsBefore ? chunk.count : 0)
  }

  put(from: number, to: number): void {
    const {timestamps, nullValues} = this.#chunk
    const {table} = this.#store
    const values = this.#values
    for (let row = from; row < to; row++) {
      const key = this.#mapKeys[row]!
      let slot = this.#store.find(key)
      if (this.#old !== undefined) this.#see(this.#old, row, slot)
      if (nullValues !== undefined && nullValues[row] === 1) {
        if (slot >= 0) this.#store.remove(key, slot)
        continue
      }
      if (slot < 0) slot = this.#store.add(key, this.#keys, row)
      else table.touch(slot)
      for (let i = 0; i < values.length; i++) table.values[i]![slot] = values[i]![row]!
      table.times[slot] = timestamps[row]!
    }
  }

  #see(old: readonly Value[][], row: number, slot: number): void {
    if (slot < 0) this.#wasAbsent[row] = 1
    else for (let i = 0; i < old.length; i++) old[i]![row] = this.#store.table.values[i]![slot]!
  }

  get before(): Chunk['before'] {
    if (this.#old === undefined) return undefined
    return {columns: [...this.#chunk.columns.slice(0, this.#keyCount), ...this.#old.map(vectorOf)], nullValues: this.#wasAbsent}
  }
}
