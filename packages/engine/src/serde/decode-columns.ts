import {EngineError} from '../base/errors.ts'
import {describeSchema, type Descriptor} from '../batch/descriptor.ts'
import {LazyVector} from '../batch/lazy-vector.ts'
import type {OpenBatch} from '../batch/open-batch.ts'
import {selectRows} from '../batch/select.ts'
import type {Rows, Vector} from '../chunk/chunk.ts'
import type {Offset} from '../record/record.ts'
import type {Column, Schema} from '../schema/schema.ts'
import {typesEqual, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {jsonReader} from './json-reader.ts'
import {toJsonValue} from './json-values.ts'
import {timeReader, withColumnTimes} from './record-time.ts'
import type {BadRecord, DecodedChunk, DecoderOptions} from './topic-codec.ts'

export type BatchDecoder = (batch: OpenBatch, baseOffset: Offset, from: Offset, partition: number) => DecodedChunk

/** Batches of columns, read under the source's schema: columns by name, absent ones NULL, other types converted. */
export function columnsDecoder({topic, schema, timestamp}: DecoderOptions): BatchDecoder {
  let known = describeSchema(schema)
  let mapping = columnMapping(known, schema)
  const readTime = timestamp && timeReader(schema, timestamp)
  return (batch, baseOffset, from, partition) => {
    const {descriptor, rows: stored} = batch.columns(known)
    if (descriptor !== known) {
      mapping = columnMapping(descriptor, schema)
      known = descriptor
    }
    const bad: BadRecord[] = []
    const origin = {topic, partition, offsets: offsetsOf(batch, baseOffset)}
    const readable = keepReadable(keepFrom({...stored, origin}, from), mapping, bad)
    const rows = {...readable, columns: mapping.columns(readable)}
    if (!readTime || !timestamp) return {chunk: rows, bad}
    const timed = withColumnTimes(rows, timestamp.column, readTime)
    for (const {row, reason} of timed.bad) bad.push({...placeOf(rows, row), kind: 'timestamp', reason})
    return {chunk: timed.rows, bad}
  }
}

function keepReadable(rows: OriginalRows, {problem}: Mapping, bad: BadRecord[]): OriginalRows {
  if (problem === undefined) return rows
  const kept: number[] = []
  for (let row = 0; row < rows.count; row++) {
    const reason = problem(rows, row)
    if (reason === undefined) kept.push(row)
    else bad.push({...placeOf(rows, row), kind: 'deserialization', reason})
  }
  return kept.length === rows.count ? rows : select(rows, Int32Array.from(kept))
}

/** Offset of each record. */
export function offsetsOf(batch: OpenBatch, baseOffset: Offset): Float64Array {
  const {count, offsetDeltas} = batch
  const offsets = new Float64Array(count)
  for (let i = 0; i < count; i++) offsets[i] = baseOffset + (offsetDeltas ? (offsetDeltas[i] ?? 0) : i)
  return offsets
}

/** Index of the first record with offset ≥ `from`. */
export function firstFrom(offsets: ArrayLike<number>, from: Offset): number {
  let first = 0
  while (first < offsets.length && (offsets[first] ?? 0) < from) first++
  return first
}

type OriginalRows = Rows & {readonly origin: NonNullable<Rows['origin']>}

function keepFrom(rows: OriginalRows, from: Offset): OriginalRows {
  const first = firstFrom(rows.origin.offsets, from)
  if (first === 0) return rows
  return select(
    rows,
    Int32Array.from({length: rows.count - first}, (_, i) => first + i),
  )
}

function select(rows: OriginalRows, selection: Int32Array): OriginalRows {
  const offsets = Float64Array.from(selection, row => rows.origin.offsets[row] ?? 0)
  return {...selectRows(rows, selection), origin: {...rows.origin, offsets}}
}

const placeOf = (rows: OriginalRows, row: number) => ({
  offset: rows.origin.offsets[row] ?? 0,
  timestampMs: rows.timestamps[row] ?? 0,
})

type Pick = {readonly index: number; readonly convert?: (value: Value) => Value}

/** From the columns as stored to those that the source declares. */
type Mapping = {
  readonly columns: (rows: Rows) => readonly Vector[]
  /** Why a row's stored values do not fit the declared types; absent where all types are the same. */
  readonly problem?: (rows: Rows, row: number) => string | undefined
}

function columnMapping(stored: Descriptor, schema: Schema): Mapping {
  if (describeSchema(schema).fingerprint === stored.fingerprint) return {columns: rows => rows.columns}
  const picks = [
    ...schema.key.map(column => pickColumn(column, stored.schema.key, 0)),
    ...schema.value.map(column => pickColumn(column, stored.schema.value, stored.schema.key.length)),
  ]
  const columns = (rows: Rows) => picks.map(pick => pickVector(rows, pick))
  if (picks.every(pick => pick.convert === undefined)) return {columns}
  return {
    columns,
    problem(rows, row) {
      try {
        for (const {index, convert} of picks) convert?.(rows.columns[index]?.values[row] ?? null)
        return undefined
      } catch (error) {
        if (error instanceof EngineError && error.code === 'RECORD_INVALID') return error.message
        throw error
      }
    },
  }
}

function pickColumn(wanted: Column, stored: readonly Column[], offset: number): Pick {
  const index = stored.findIndex(column => column.name === wanted.name)
  const type = stored[index]?.type
  if (type === undefined) return {index: -1}
  return typesEqual(type, wanted.type) ? {index: index + offset} : {index: index + offset, convert: conversion(type, wanted)}
}

function conversion(from: SqlType, wanted: Column): (value: Value) => Value {
  const read = jsonReader(wanted.type, {path: wanted.name, canParseAgain: false})
  return value => read(toJsonValue(value, from))
}

function pickVector(rows: Rows, {index, convert}: Pick): Vector {
  const vector = rows.columns[index]
  if (vector === undefined) return new LazyVector(rows.count, () => new Array<null>(rows.count).fill(null))
  return convert ? new LazyVector(rows.count, () => Array.from(vector.values, convert)) : vector
}
