import {assert} from '../base/assert.ts'
import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import {selectChunk} from '../batch/select.ts'
import type {SourceStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {KeyedStore} from '../state/keyed-store.ts'
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
  const keys = keyColumns(chunk, keyCount)
  const mapKeys = store.mapKeys(keys, chunk.count)
  const {table} = store
  const values = chunk.columns.slice(keyCount).map(column => column.values)
  const old: Value[][] = wantsBefore ? values.map(() => new Array<Value>(chunk.count).fill(null)) : []
  const wasAbsent = new Uint8Array(wantsBefore ? chunk.count : 0)
  for (let row = 0; row < chunk.count; row++) {
    const key = mapKeys[row]!
    let slot = store.find(key)
    if (wantsBefore) {
      if (slot < 0) wasAbsent[row] = 1
      else for (let i = 0; i < old.length; i++) old[i]![row] = table.values[i]![slot]!
    }
    if (chunk.nullValues !== undefined && chunk.nullValues[row] === 1) {
      if (slot >= 0) store.remove(key, slot)
      continue
    }
    if (slot < 0) slot = store.add(key, keys, row)
    else table.touch(slot)
    for (let i = 0; i < values.length; i++) table.values[i]![slot] = values[i]![row]!
    table.times[slot] = chunk.timestamps[row]!
  }
  return wantsBefore ? {columns: [...chunk.columns.slice(0, keyCount), ...old.map(vectorOf)], nullValues: wasAbsent} : undefined
}
