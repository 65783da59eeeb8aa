import type {OpenBatch} from '../../batch/open-batch.ts'
import {sliceRows} from '../../batch/select.ts'
import type {Rows, Vector} from '../../chunk/chunk.ts'
import type {LogRecord, RecordColumns, ValueColumn} from '../../engine-api.ts'
import type {Header, Offset} from '../../record/record.ts'
import type {Column, Schema} from '../../schema/schema.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import {firstFrom, offsetsOf} from '../../serde/decode-columns.ts'

/** What the records of a batch hold. */
export type Contents = {
  /** By row; absent where no record has a key. */
  readonly keys?: ArrayLike<unknown>
  readonly values: ArrayLike<unknown>
  readonly windowAt?: (row: number) => LogRecord['window']
}

export type TypedRows = {readonly schema: Schema; readonly rows: Rows}

const noHeaders: readonly Header[] = Object.freeze([])

/** Records of a stored batch from an offset on. They are decoded when they are asked for: reading may throw BATCH_CORRUPT. */
export class RecordBatch {
  readonly partition: number
  /** Of each record, growing. */
  readonly offsets: Float64Array
  readonly #opened: OpenBatch
  readonly #first: number
  readonly #contents: () => Contents
  readonly #typedRows: TypedRows | undefined
  #records: readonly LogRecord[] | undefined

  /** `typedRows`: those of the whole batch; absent where it holds opaque records. */
  constructor(
    opened: OpenBatch,
    start: {readonly baseOffset: Offset; readonly from: Offset; readonly partition: number},
    contents: () => Contents,
    typedRows?: TypedRows,
  ) {
    const offsets = offsetsOf(opened, start.baseOffset)
    this.#first = firstFrom(offsets, start.from)
    this.offsets = this.#first === 0 ? offsets : offsets.subarray(this.#first)
    this.partition = start.partition
    this.#opened = opened
    this.#contents = contents
    this.#typedRows = typedRows
  }

  get records(): readonly LogRecord[] {
    return (this.#records ??= this.#read())
  }

  /** Records `from` ≤ i < `to`. */
  part(from: number, to: number): RecordPart {
    return new RecordPart(this, from, to)
  }

  columns(from: number, to: number): RecordColumns | undefined {
    if (this.#typedRows === undefined) return undefined
    const {schema, rows} = this.#typedRows
    const {columns, timestamps, nullValues} = sliceRows(rows, this.#first + from, this.#first + to)
    const named = (column: Column, i: number) => new StoredColumn(column, columns[i])
    return {
      offsets: this.offsets.subarray(from, to),
      timestamps,
      key: schema.key.map(named),
      value: schema.value.map((column, i) => named(column, schema.key.length + i)),
      ...(nullValues && {nullValues}),
    }
  }

  #read(): readonly LogRecord[] {
    const {offsets, partition} = this
    const {timestamps, headers} = this.#opened
    const {keys, values, windowAt} = this.#contents()
    const records = new Array<LogRecord>(offsets.length)
    for (let i = 0; i < records.length; i++) {
      const row = this.#first + i
      const window = windowAt?.(row)
      const record: LogRecord = {
        partition,
        offset: offsets[i] ?? 0,
        timestampMs: timestamps[row] ?? 0,
        headers: headers?.[row] ?? noHeaders,
        key: keys === undefined ? null : keys[row],
        value: values[row],
      }
      records[i] = window ? {...record, window} : record
    }
    return records
  }
}

/** Some records of a batch, by record and by column. */
export class RecordPart {
  readonly offsets: Float64Array
  readonly #batch: RecordBatch
  readonly #from: number
  readonly #to: number

  constructor(batch: RecordBatch, from: number, to: number) {
    this.#batch = batch
    this.#from = from
    this.#to = to
    this.offsets = batch.offsets.subarray(from, to)
  }

  get records(): readonly LogRecord[] {
    const {records} = this.#batch
    return this.#from === 0 && this.#to === records.length ? records : records.slice(this.#from, this.#to)
  }

  get columns(): RecordColumns | undefined {
    return this.#batch.columns(this.#from, this.#to)
  }
}

class StoredColumn implements ValueColumn {
  readonly name: string
  readonly type: SqlType
  readonly #vector: Vector | undefined

  constructor({name, type}: Column, vector: Vector | undefined) {
    this.name = name
    this.type = type
    this.#vector = vector
  }

  get values(): ValueColumn['values'] {
    return this.#vector?.values ?? []
  }
}
