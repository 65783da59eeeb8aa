import {selectRows} from '../batch/select.ts'
import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import type {StreamTableJoinStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import {isAllNull, keyColumns, layoutOf, type OperatorContext} from './context.ts'
import type {Operator} from './operator.ts'
import {remember} from './table-source.ts'

const LEFT = 0

/**
 * Looks each stream row up in the table as it is when the row comes; the table side changes state and gives nothing.
 * Null values fall away; a row without a key finds nothing.
 */
export function streamTableJoinOperator(step: StreamTableJoinStep, context: OperatorContext): Operator {
  const store = context.stores.add(new KeyedStore(step.rightStore, layoutOf(step.right)))
  const leftKeys = step.left.schema.key.length
  const rightKeys = step.right.schema.key.length
  return {
    process(port, chunk, emit) {
      if (port !== LEFT) {
        remember(chunk, rightKeys, store, false)
        return
      }
      const found = lookUp(chunk, leftKeys, store, step.join === 'left')
      if (found.count === 0) return
      const {nullValues: _nullValues, ...left} = found.count === chunk.count ? chunk : selectRows(chunk, found.rows)
      emit({...left, columns: [...left.columns, ...store.table.values.map(column => vectorOf(gatherSlots(column, found.slots)))]})
    },
  }
}

type Found = {readonly count: number; readonly rows: Int32Array; readonly slots: Int32Array}

function lookUp(chunk: Chunk, keyCount: number, store: KeyedStore, keepsUnmatched: boolean): Found {
  const keys = keyColumns(chunk, keyCount)
  const mapKeys = store.mapKeys(keys, chunk.count)
  const rows = new Int32Array(chunk.count)
  const slots = new Int32Array(chunk.count)
  let count = 0
  for (let row = 0; row < chunk.count; row++) {
    if (chunk.nullValues !== undefined && chunk.nullValues[row] === 1) continue
    const slot = isAllNull(keys, keyCount, row) ? -1 : store.find(mapKeys[row]!)
    if (slot < 0 && !keepsUnmatched) continue
    rows[count] = row
    slots[count++] = slot
  }
  return {count, rows: rows.subarray(0, count), slots: slots.subarray(0, count)}
}

/** The table's values now: later changes must not reach rows that were joined before. */
function gatherSlots(column: readonly Value[], slots: Int32Array): Value[] {
  const values = new Array<Value>(slots.length)
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!
    values[i] = slot < 0 ? null : column[slot]!
  }
  return values
}
