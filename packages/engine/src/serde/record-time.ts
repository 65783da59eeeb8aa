import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import {selectRows} from '../batch/select.ts'
import type {Rows} from '../chunk/chunk.ts'
import type {TimestampExtraction} from '../plan/step.ts'
import {columnsOf, type Schema} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'
import {timestampParser} from './timestamp-pattern.ts'
import type {UnwritableRow} from './topic-codec.ts'

/** The record time that a value of the column stands for, or why it stands for none. */
export type TimeReader = (value: Value) => number | string

export function timeReader(schema: Schema, {column, format}: TimestampExtraction): TimeReader {
  const {name, type} = must(columnsOf(schema)[column], 'timestamp column')
  const parse = type.kind === 'VARCHAR' ? timestampParser(format ?? "yyyy-MM-dd'T'HH:mm:ss.SSS") : undefined
  return value => {
    if (value === null) return `timestamp column ${name} is NULL`
    try {
      const time = typeof value === 'string' && parse ? parse(value) : Number(value)
      if (Number.isSafeInteger(time) && time >= 0) return time
      return `timestamp column ${name}: found ${String(value)}, expected a time that is not before 1970`
    } catch (error) {
      if (error instanceof EngineError) return `timestamp column ${name}: ${error.message}`
      throw error
    }
  }
}

export type TimedRows = {
  readonly rows: Rows
  /** Indexes of the rows that are left; absent: all are. */
  readonly selection?: Int32Array
  readonly bad: readonly UnwritableRow[]
}

/**
 * Rows with the times that their column says, without those where it says none. A tombstone has no columns and keeps its time.
 */
export function withColumnTimes(rows: Rows, column: number, read: TimeReader): TimedRows {
  const {values} = must(rows.columns[column], 'timestamp column')
  const timestamps = new Float64Array(rows.count)
  const kept: number[] = []
  const bad: UnwritableRow[] = []
  for (let row = 0; row < rows.count; row++) {
    const time = rows.nullValues?.[row] ? (rows.timestamps[row] ?? 0) : read(values[row] ?? null)
    if (typeof time === 'string') bad.push({kind: 'timestamp', row, reason: time})
    else {
      timestamps[row] = time
      kept.push(row)
    }
  }
  const timed = {...rows, timestamps}
  if (bad.length === 0) return {rows: timed, bad}
  const selection = Int32Array.from(kept)
  return {rows: selectRows(timed, selection), selection, bad}
}

/** As `withColumnTimes` where the options name a column, else the rows as they are. */
export function resultTimes(options: {
  readonly schema: Schema
  readonly timestamp?: TimestampExtraction
}): (rows: Rows) => TimedRows {
  const {timestamp, schema} = options
  if (timestamp === undefined) return rows => ({rows, bad: []})
  const read = timeReader(schema, timestamp)
  return rows => withColumnTimes(rows, timestamp.column, read)
}
