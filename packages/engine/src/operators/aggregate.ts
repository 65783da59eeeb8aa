import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import {selectRows} from '../batch/select.ts'
import type {AggregateStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import {Aggregation} from './aggregation.ts'
import {hasNull, keyColumns, type OperatorContext} from './context.ts'
import {badRow, ignoreErrors, rowErrors} from './evaluator.ts'
import {withoutBefore} from './chunks.ts'
import type {Operator} from './operator.ts'

/** GROUP BY without a window, over a stream (rows are added) or a table (old rows are undone, then new ones added). */
export function aggregateOperator(step: AggregateStep, context: OperatorContext): Operator {
  const aggregation = new Aggregation(step, context)
  const store = context.stores.add(new KeyedStore(step.store, aggregation.layout))
  if (step.input.gives === 'table') return changeAggregate(step, context, aggregation, store)
  return {
    process(_port, chunk, emit) {
      const taken = assignGroups(chunk, aggregation, store)
      if (taken.count > 0) emit(aggregation.foldRows(chunk, rowErrors(context.report, step.id, chunk), store.table, taken))
    },
  }
}

function assignGroups(chunk: Chunk, aggregation: Aggregation, store: KeyedStore) {
  const columns = chunk.columns.slice(0, aggregation.keyCount)
  const keys = store.keysOf(columns, chunk.count)
  const isOutside = aggregation.outside(chunk)
  const slots = new Int32Array(chunk.count)
  const rows = new Int32Array(chunk.count)
  const isNew = new Uint8Array(chunk.count)
  const {table} = store
  let count = 0
  for (let row = 0; row < chunk.count; row++) {
    if (isOutside?.(row)) continue
    let slot = keys.find(row)
    if (slot < 0) {
      slot = store.addAt(keys, columns, row)
      aggregation.start(table, slot, chunk.timestamps[row]!)
      isNew[count] = 1
    } else table.touch(slot)
    slots[count] = slot
    rows[count++] = row
  }
  return {count, slots, rows, isNew, isIdentity: count === chunk.count}
}

/** Row by row: a change may undo and add in the same group, and gives one row. A group never goes away. */
function changeAggregate(step: AggregateStep, context: OperatorContext, aggregation: Aggregation, store: KeyedStore): Operator {
  const {table} = store
  const {carriedCount, keyCount, aggregators} = aggregation
  return {
    process(_port, chunk, emit) {
      const {before} = chunk
      if (before === undefined) throw new TypeError(`step ${step.id} needs the rows before each change`)
      const oldRows = {...withoutBefore(chunk), ...before}
      const newArgs = aggregation.argumentsOf(chunk, rowErrors(context.report, step.id, chunk))
      const oldArgs = aggregation.argumentsOf(oldRows, ignoreErrors)
      const newCarried = aggregation.carried(chunk)
      const oldCarried = aggregation.carried(oldRows)
      const keys = keyColumns(chunk, keyCount)
      const mapKeys = store.mapKeys(keys, chunk.count)
      const width = carriedCount + aggregators.length
      const now: Value[][] = Array.from({length: width}, () => [])
      const was: Value[][] = Array.from({length: width}, () => [])
      const wasAbsent: number[] = []
      const rows: number[] = []
      const times: number[] = []

      for (let row = 0; row < chunk.count; row++) {
        const hasOld = before.nullValues[row] === 0
        const hasNew = chunk.nullValues?.[row] !== 1
        if (!hasOld && !hasNew) continue
        if (hasNull(keys, keyCount, row)) {
          context.report(badRow('null-key', step.id, 'a column of the group is NULL', chunk, row))
          continue
        }
        let slot = store.find(mapKeys[row]!)
        const isNew = slot < 0
        if (isNew) {
          slot = store.add(mapKeys[row]!, keys, row)
          aggregation.start(table, slot, chunk.timestamps[row]!)
        } else table.touch(slot)
        for (let i = 0; i < carriedCount; i++) {
          was[i]!.push(isNew ? null : table.values[i]![slot]!)
          const carried = (hasNew ? newCarried : oldCarried)[i]![row]!
          table.values[i]![slot] = carried
          now[i]!.push(carried)
        }
        for (let i = 0; i < aggregators.length; i++) {
          const aggregator = aggregators[i]!
          const states = table.values[carriedCount + i]!
          was[carriedCount + i]!.push(isNew ? null : aggregator.result(states[slot]!))
          if (hasOld) states[slot] = undo(aggregator, step.id, states[slot]!, rowOf(oldArgs[i]!, row))
          if (hasNew) states[slot] = aggregator.add(states[slot]!, rowOf(newArgs[i]!, row))
          now[carriedCount + i]!.push(aggregator.result(states[slot]!))
        }
        table.times[slot] = Math.max(table.times[slot]!, chunk.timestamps[row]!)
        times.push(table.times[slot]!)
        wasAbsent.push(isNew ? 1 : 0)
        rows.push(row)
      }
      if (rows.length === 0) return
      const selected = selectRows({...withoutBefore(chunk), columns: chunk.columns.slice(0, keyCount)}, Int32Array.from(rows))
      const {nullValues: _nullValues, ...kept} = selected
      emit({
        ...kept,
        timestamps: times,
        columns: [...selected.columns, ...now.map(vectorOf)],
        ...(context.wantsBefore
          ? {before: {columns: [...selected.columns, ...was.map(vectorOf)], nullValues: Uint8Array.from(wasAbsent)}}
          : {}),
      })
    },
  }
}

function undo(aggregator: Aggregation['aggregators'][number], step: string, state: Value, args: readonly Value[]): Value {
  if (aggregator.undo === undefined) throw new TypeError(`step ${step}: an aggregate without undo stands over a table`)
  return aggregator.undo(state, args)
}

const rowOf = (columns: readonly ArrayLike<Value>[], row: number): Value[] => columns.map(column => column[row]!)
