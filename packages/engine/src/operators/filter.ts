import {selectChunk, selectRows, selectVector} from '../batch/select.ts'
import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import type {FilterStep} from '../plan/step.ts'
import {rowsBefore, withNulls, withoutBefore} from './chunks.ts'
import type {OperatorContext} from './context.ts'
import {ignoreErrors, rowErrors, type RowFilter} from './evaluator.ts'
import type {Emit, Operator} from './operator.ts'

/** WHERE and HAVING. A stream loses rows; of a table's changes, those of rows that stop passing become tombstones. */
export function filterOperator(step: FilterStep, context: OperatorContext): Operator {
  const passes = context.evaluator.filter(step.where)
  return {
    process(_port, chunk, emit) {
      const passing = withoutNullValues(passes(chunk, rowErrors(context.report, step.id, chunk)), chunk)
      if (step.gives === 'stream') emitSelected(chunk, passing, emit)
      else emitChanges(chunk, passing, passes, step.schema.key.length, emit)
    },
  }
}

/** A null value passes no predicate, not even one that is TRUE for NULL columns. */
function withoutNullValues(passing: Int32Array, chunk: Chunk): Int32Array {
  const {nullValues} = chunk
  return nullValues === undefined ? passing : passing.filter(row => nullValues[row] === 0)
}

function emitSelected(chunk: Chunk, passing: Int32Array, emit: Emit): void {
  if (passing.length === chunk.count) emit(chunk)
  else if (passing.length > 0) emit(selectChunk(chunk, passing))
}

function emitChanges(chunk: Chunk, passing: Int32Array, passes: RowFilter, keyCount: number, emit: Emit): void {
  const isNow = flags(passing, chunk.count)
  const wasVisible = visibleBefore(chunk, passes)
  const kept = new Int32Array(chunk.count)
  let count = 0
  for (let row = 0; row < chunk.count; row++) if (isNow[row] === 1 || wasVisible[row] === 1) kept[count++] = row
  if (count === 0) return
  const selection = kept.subarray(0, count)
  const nullValues = gatherBytes(invert(isNow), selection)
  emit({
    ...selectRows({...withoutBefore(chunk), columns: []}, selection),
    columns: chunk.columns.map((column, i) => {
      const taken = selectVector(column, selection)
      return i < keyCount ? taken : vectorOf(withNulls(taken.values, nullValues))
    }),
    nullValues,
    ...(chunk.before === undefined
      ? {}
      : {
          before: {
            columns: chunk.before.columns.map(column => selectVector(column, selection)),
            nullValues: gatherBytes(invert(wasVisible), selection),
          },
        }),
  })
}

function visibleBefore(chunk: Chunk, passes: RowFilter): Uint8Array {
  const {before} = chunk
  if (before === undefined) return new Uint8Array(chunk.count)
  const passed = flags(passes(rowsBefore(chunk, before), ignoreErrors), chunk.count)
  for (let row = 0; row < chunk.count; row++) if (before.nullValues[row] === 1) passed[row] = 0
  return passed
}

function flags(rows: Int32Array, count: number): Uint8Array {
  const set = new Uint8Array(count)
  for (const row of rows) set[row] = 1
  return set
}

const gatherBytes = (bytes: Uint8Array, selection: Int32Array): Uint8Array => Uint8Array.from(selection, row => bytes[row]!)

const invert = (bits: Uint8Array): Uint8Array => bits.map(bit => 1 - bit)
