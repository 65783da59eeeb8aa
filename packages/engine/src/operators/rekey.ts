import {mayHoldNull, selectChunk, selectVector} from '../batch/select.ts'
import {vectorOf, type Chunk, type Vector} from '../chunk/chunk.ts'
import type {Expr} from '../expr/ir.ts'
import {someExpr} from '../expr/references.ts'
import type {RekeyStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {compareRows} from '../state/compare.ts'
import {withoutBefore} from './chunks.ts'
import type {OperatorContext} from './context.ts'
import {badRow, ignoreErrors, rowErrors} from './evaluator.ts'
import type {Emit, Operator} from './operator.ts'

/** Another key for each row. Windows belong to the old key and stay behind. */
export function rekeyOperator(step: RekeyStep, context: OperatorContext): Operator {
  const keyOf = context.evaluator.projection(step.key)
  const oldKeys = step.input.schema.key.length
  if (step.gives === 'table') return tableRekey(step, context)
  const readsKeyOnly = step.key.map(expr => isOfKey(expr, oldKeys))
  return {
    process(_port, chunk, emit) {
      const key = keyOf(chunk, undefined, rowErrors(context.report, step.id, chunk)).map((vector, i) =>
        readsKeyOnly[i] ? vector : withoutNullValues(vector, chunk),
      )
      const {windows, ...rest} = withoutBefore(chunk)
      const kept = keptRows(step, chunk, key, context)
      const rekeyed: Chunk = {
        ...rest,
        ...(windows !== undefined && step.window !== undefined ? {windows} : {}),
        columns: [...key, ...chunk.columns.slice(oldKeys)],
      }
      if (kept === undefined || kept.length === chunk.count) emit(rekeyed)
      else if (kept.length > 0) emit(selectChunk(rekeyed, kept))
    },
  }
}

const isOfKey = (expr: Expr, keys: number): boolean =>
  !someExpr(expr, part => part.kind === 'system' || part.kind === 'headers' || (part.kind === 'column' && part.index >= keys))

/** What is computed from a null value is NULL, whatever the expression makes of NULL columns. */
function withoutNullValues(vector: Vector, {nullValues}: Chunk): Vector {
  if (!nullValues?.includes(1)) return vector
  return vectorOf(Array.from(vector.values, (value, row) => (nullValues[row] === 1 ? null : value)))
}

/** Undefined: all, which is known without looking at them. */
function keptRows(step: RekeyStep, chunk: Chunk, key: readonly Vector[], context: OperatorContext): Int32Array | undefined {
  if (chunk.nullValues === undefined && !key.some(mayHoldNull)) return undefined
  const columns = key.map(vector => vector.values)
  const kept = new Int32Array(chunk.count)
  let count = 0
  for (let row = 0; row < chunk.count; row++) {
    // GROUP BY drops null values; PARTITION BY and joins leave them to whoever follows.
    if (step.onNullKey === 'drop-any-null' && chunk.nullValues?.[row] === 1) continue
    if (isDropped(step.onNullKey, columns, row)) {
      if (step.onNullKey === 'drop-any-null')
        context.report(badRow('null-key', step.id, 'a column of the group is NULL', chunk, row))
      continue
    }
    kept[count++] = row
  }
  return kept.subarray(0, count)
}

function isDropped(rule: RekeyStep['onNullKey'], columns: readonly ArrayLike<Value>[], row: number): boolean {
  if (rule === 'keep') return false
  if (rule === 'drop-any-null') return columns.some(column => column[row] === null)
  return columns.every(column => column[row] === null)
}

/**
 * A change inside one group stays one row; between groups it becomes the removal from the old group, then the addition
 * to the new one. A side whose group has a NULL falls away.
 */
function tableRekey(step: RekeyStep, context: OperatorContext): Operator {
  const keyOf = context.evaluator.projection(step.key)
  const oldKeys = step.input.schema.key.length
  return {
    process(_port, chunk, emit) {
      const {before} = chunk
      if (before === undefined) throw new TypeError(`step ${step.id} needs the rows before each change`)
      const newKey = keyOf(chunk, undefined, rowErrors(context.report, step.id, chunk)).map(vector => vector.values)
      const oldKey = keyOf({...withoutBefore(chunk), ...before}, undefined, ignoreErrors).map(vector => vector.values)
      const split = new ChangeSplit()
      for (let row = 0; row < chunk.count; row++) {
        const hasOld = before.nullValues[row] === 0 && !isDropped('drop-any-null', oldKey, row)
        const hasValue = chunk.nullValues?.[row] !== 1
        const hasNew = hasValue && !isDropped('drop-any-null', newKey, row)
        if (hasValue && !hasNew) context.report(badRow('null-key', step.id, 'a column of the group is NULL', chunk, row))
        const at = (key: readonly ArrayLike<Value>[]) => key.map(column => column[row]!)
        if (hasOld && hasNew && compareRows(at(oldKey), at(newKey)) === 0) split.add(row, at(newKey), true, true)
        else {
          if (hasOld) split.add(row, at(oldKey), true, false)
          if (hasNew) split.add(row, at(newKey), false, true)
        }
      }
      split.emit(chunk, before, oldKeys, emit)
    },
  }
}

/** Changes by group, collected row by row. */
class ChangeSplit {
  readonly #rows: number[] = []
  readonly #keys: (readonly Value[])[] = []
  readonly #isRemovedOnly: number[] = []
  readonly #isAddedOnly: number[] = []

  add(row: number, key: readonly Value[], hasOld: boolean, hasNew: boolean): void {
    this.#rows.push(row)
    this.#keys.push(key)
    this.#isRemovedOnly.push(hasNew ? 0 : 1)
    this.#isAddedOnly.push(hasOld ? 0 : 1)
  }

  emit(chunk: Chunk, before: NonNullable<Chunk['before']>, oldKeys: number, emit: Emit): void {
    if (this.#rows.length === 0) return
    const selection = Int32Array.from(this.#rows)
    const {windows: _windows, ...beside} = selectChunk({...withoutBefore(chunk), columns: []}, selection)
    const key = (this.#keys[0] ?? []).map((_, i) => ({length: selection.length, values: this.#keys.map(each => each[i]!)}))
    emit({
      ...beside,
      columns: [...key, ...chunk.columns.slice(oldKeys).map(column => selectVector(column, selection))],
      nullValues: Uint8Array.from(this.#isRemovedOnly),
      before: {
        columns: [...key, ...before.columns.slice(oldKeys).map(column => selectVector(column, selection))],
        nullValues: Uint8Array.from(this.#isAddedOnly),
      },
    })
  }
}
