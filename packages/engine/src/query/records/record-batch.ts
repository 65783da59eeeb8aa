import type {OpenBatch} from '../../batch/open-batch.ts'
import {sliceRows} from '../../batch/select.ts'
import type {Rows, Vector} from '../../chunk/chunk.ts'
import type {LogRecord, RecordColumns, ValueColumn} from '../../engine-api.ts'
import type {Header, Offset} from '../../record/record.ts'
import type {Column, Schema} from '../../schema/schema.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import {firstFrom, offsetsOf} from '../../serde/decode-columns.ts'

/** What the records of a batch hold, read when it is asked for. */
export type Contents = {
  /** By row; absent where no record has a key. */
  readonly keys?: () => ArrayLike<unknown>
  readonly values: () => ArrayLike<unknown>
  readonly windowAt?: (row: number) => LogRecord['window']
}

export type TypedRows = {readonly schema: Schema; readonly rows: Rows}

const noHeaders: readonly Header[] = Object.freeze([])

/** Records of a stored batch from an offset on. They are decoded when they are asked for: reading may throw BATCH_CORRUPT. */
export class RecordBatch {
  readonly partition: number
  readonly count: number
  readonly #opened: OpenBatch
  readonly #baseOffset: Offset
  readonly #first: number
  readonly #contents: Contents
  readonly #typedRows: TypedRows | undefined
  #offsets: Float64Array | undefined
  #values: readonly unknown[] | undefined
  #records: readonly LogRecord[] | undefined

  /** `typedRows`: those of the whole batch; absent where it holds opaque records. */
  constructor(
    opened: OpenBatch,
    {baseOffset, from, partition}: {readonly baseOffset: Offset; readonly from: Offset; readonly partition: number},
    contents: Contents,
    typedRows?: TypedRows,
  ) {
    this.partition = partition
    this.#opened = opened
    this.#baseOffset = baseOffset
    this.#first = firstRow(opened, from - baseOffset)
    this.count = opened.count - this.#first
    this.#contents = contents
    this.#typedRows = typedRows
  }

  /** Of each record, growing. */
  get offsets(): Float64Array {
    return (this.#offsets ??= offsetsOf(this.#opened, this.#baseOffset).subarray(this.#first))
  }

  get values(): readonly unknown[] {
    return (this.#values ??= this.#readValues())
  }

  get records(): readonly LogRecord[] {
    return (this.#records ??= this.#readRecords())
  }

  offsetAt(i: number): Offset {
    const row = this.#first + i
    return this.#baseOffset + (this.#opened.offsetDeltas?.[row] ?? row)
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

  #readValues(): readonly unknown[] {
    const found = this.#contents.values()
    const values: readonly unknown[] = Array.isArray(found) ? found : Array.from(found)
    return this.#first === 0 ? values : values.slice(this.#first)
  }

  #readRecords(): readonly LogRecord[] {
    const {partition, values} = this
    const {timestamps, headers} = this.#opened
    const {windowAt} = this.#contents
    const keys = this.#contents.keys?.()
    const records = new Array<LogRecord>(this.count)
    for (let i = 0; i < records.length; i++) {
      const row = this.#first + i
      const window = windowAt?.(row)
      const record: LogRecord = {
        partition,
        offset: this.offsetAt(i),
        timestampMs: timestamps[row] ?? 0,
        headers: headers?.[row] ?? noHeaders,
        key: keys === undefined ? null : keys[row],
        value: values[i],
      }
      records[i] = window ? {window, ...record} : record
    }
    return records
  }
}

/** Index of the first record that is `distance` or more behind the base offset. */
function firstRow({offsetDeltas, count}: OpenBatch, distance: number): number {
  return offsetDeltas ? firstFrom(offsetDeltas, distance) : Math.min(Math.max(distance, 0), count)
}

/** Some records of a batch, by record and by column. */
export class RecordPart {
  readonly count: number
  readonly nextOffset: Offset
  readonly #batch: RecordBatch
  readonly #from: number

  constructor(batch: RecordBatch, from: number, to: number) {
    this.count = to - from
    this.nextOffset = batch.offsetAt(to - 1) + 1
    this.#batch = batch
    this.#from = from
  }

  get offsets(): Float64Array {
    return this.#batch.offsets.subarray(this.#from, this.#to)
  }

  get values(): readonly unknown[] {
    return this.#slice(this.#batch.values)
  }

  get records(): readonly LogRecord[] {
    return this.#slice(this.#batch.records)
  }

  get columns(): RecordColumns | undefined {
    return this.#batch.columns(this.#from, this.#to)
  }

  get #to(): number {
    return this.#from + this.count
  }

  #slice<T>(all: readonly T[]): readonly T[] {
    return this.count === all.length ? all : all.slice(this.#from, this.#to)
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
