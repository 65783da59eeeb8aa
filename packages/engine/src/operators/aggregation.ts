import {mayHoldNull, selectVector} from '../batch/select.ts'
import {vectorOf, type Chunk, type Rows, type Vector} from '../chunk/chunk.ts'
import type {Aggregator} from '../expr/aggregates/definition.ts'
import type {AggregateStep} from '../plan/step.ts'
import {BIGINT, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import type {EntryLayout} from '../state/layout.ts'
import type {RowTable} from '../state/row-table.ts'
import type {KeyColumns} from '../state/map-key.ts'
import {hasNull, typesOf, type OperatorContext} from './context.ts'
import {badRow, type OnRowError} from './evaluator.ts'
import {foldOf, type Fold} from './fold.ts'

/**
 * What all aggregates share. A group's entry holds the carried columns, then one accumulator for each aggregation; its
 * time is the highest record time of its rows.
 */
export class Aggregation {
  readonly layout: EntryLayout
  readonly aggregators: readonly Aggregator[]
  readonly #step: AggregateStep
  readonly #context: OperatorContext
  readonly #folds: readonly Fold[]
  readonly #argumentsOf: (rows: Rows, onError: OnRowError) => readonly (readonly ArrayLike<Value>[])[]

  constructor(step: AggregateStep, context: OperatorContext) {
    this.#step = step
    this.#context = context
    this.aggregators = step.aggregations.map(each => context.evaluator.aggregator(each, step.input.gives))
    this.#folds = step.aggregations.map((each, i) => foldOf(this.aggregators[i]!, each.args[0]?.type.kind))
    const project = context.evaluator.projection(step.aggregations.flatMap(each => each.args))
    this.#argumentsOf = (rows, onError) => {
      const all = project(rows, undefined, onError)
      let from = 0
      return step.aggregations.map(each => all.slice(from, (from += each.args.length)).map(vector => vector.values))
    }
    this.layout = {
      key: [...typesOf(step.schema.key), ...(step.over === undefined ? [] : [BIGINT, BIGINT])],
      isWindowed: step.over !== undefined,
      value: [...this.#carriedTypes(), ...this.aggregators.map(each => each.stateType)],
    }
  }

  #carriedTypes(): SqlType[] {
    return this.#step.schema.value.slice(0, this.#step.carried.length).map(column => column.type)
  }

  get keyCount(): number {
    return this.#step.schema.key.length
  }

  get carriedCount(): number {
    return this.#step.carried.length
  }

  argumentsOf(rows: Rows, onError: OnRowError): readonly (readonly ArrayLike<Value>[])[] {
    return this.#argumentsOf(rows, onError)
  }

  carried(rows: Rows): readonly ArrayLike<Value>[] {
    return this.#step.carried.map(index => rows.columns[index]!.values)
  }

  /** Sets a new group's accumulators to their start. */
  start(table: RowTable, slot: number, timeMs: number): void {
    for (let i = 0; i < this.carriedCount; i++) table.values[i]![slot] = null
    for (let i = 0; i < this.aggregators.length; i++) table.values[this.carriedCount + i]![slot] = this.aggregators[i]!.initial()
    table.times[slot] = timeMs
  }

  result(table: RowTable, slot: number, aggregation: number): Value {
    return this.aggregators[aggregation]!.result(table.values[this.carriedCount + aggregation]![slot]!)
  }

  /** A stream's row belongs to no group when its value is null or a key column is NULL. */
  isOutside(chunk: Chunk, keys: KeyColumns, row: number): boolean {
    if (chunk.nullValues !== undefined && chunk.nullValues[row] === 1) return true
    if (!hasNull(keys, this.keyCount, row)) return false
    this.#context.report(badRow('null-key', this.#step.id, 'a column of the group is NULL', chunk, row))
    return true
  }

  /** As `isOutside`, for a chunk; undefined when none of its rows is. */
  outside(chunk: Chunk): ((row: number) => boolean) | undefined {
    const columns = chunk.columns.slice(0, this.keyCount)
    if (chunk.nullValues === undefined && !columns.some(mayHoldNull)) return undefined
    const keys = columns.map(column => column.values)
    return row => this.isOutside(chunk, keys, row)
  }

  /**
   * Folds rows of a stream into their groups and gives the changes, one for each row, in order. `isNew` marks rows that
   * made their group.
   */
  foldRows(chunk: Chunk, onError: OnRowError, table: RowTable, taken: Taken): Chunk {
    const {count, slots, rows, isNew} = taken
    const args = this.#argumentsOf(chunk, onError)
    const {wantsBefore} = this.#context
    const results: Vector[] = []
    const earlier: Vector[] = []
    for (const [position, source] of this.carried(chunk).entries()) {
      const [now, was] = carry(source, table.values[position]!, taken, wantsBefore)
      results.push(vectorOf(now))
      earlier.push(vectorOf(was))
    }
    for (let i = 0; i < this.#folds.length; i++) {
      const now = new Array<Value>(count)
      const was = wantsBefore ? new Array<Value>(count) : undefined
      const states = table.values[this.carriedCount + i]!
      this.#folds[i]!({count, slots, rows, args: args[i]!, states, results: now, earlier: was})
      results.push(vectorOf(now))
      if (was !== undefined) earlier.push(vectorOf(nullWhere(was, isNew)))
    }
    const selection = rows.subarray(0, count)
    const isWhole = count === chunk.count && taken.isIdentity
    const key = chunk.columns.slice(0, this.keyCount).map(column => (isWhole ? column : selectVector(column, selection)))
    return {
      count,
      columns: [...key, ...results],
      timestamps: groupTimes(chunk.timestamps, table.times, taken),
      ...(chunk.headers === undefined ? {} : {headers: Array.from(selection, row => chunk.headers![row]!)}),
      ...(wantsBefore ? {before: {columns: [...key, ...earlier], nullValues: isNew.slice(0, count)}} : {}),
    }
  }
}

/** Rows chosen for folding: for each the slot of its group and its place in the chunk. Only the first `count` count. */
export type Taken = {
  readonly count: number
  readonly slots: Int32Array
  readonly rows: Int32Array
  readonly isNew: Uint8Array
  /** `rows` is 0, 1, 2, … */
  readonly isIdentity: boolean
}

function groupTimes(timestamps: ArrayLike<number>, times: number[], {count, slots, rows}: Taken): Float64Array {
  const result = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    const time = timestamps[rows[i]!]!
    if (time > times[slot]!) times[slot] = time
    result[i] = times[slot]!
  }
  return result
}

function carry(source: ArrayLike<Value>, kept: Value[], {count, slots, rows}: Taken, wantsBefore: boolean): [Value[], Value[]] {
  const now = new Array<Value>(count)
  const was = wantsBefore ? new Array<Value>(count) : []
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    if (wantsBefore) was[i] = kept[slot]!
    now[i] = kept[slot] = source[rows[i]!]!
  }
  return [now, was]
}

function nullWhere(values: Value[], flags: Uint8Array): Value[] {
  for (let i = 0; i < values.length; i++) if (flags[i] === 1) values[i] = null
  return values
}
