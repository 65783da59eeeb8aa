import {must} from '../base/assert.ts'
import {murmur2} from '../base/hash.ts'
import {selectRows} from '../batch/select.ts'
import {TextVector} from '../batch/text-vector.ts'
import type {Rows, Vector} from '../chunk/chunk.ts'
import type {Formats} from '../plan/formats.ts'
import type {Schema} from '../schema/schema.ts'
import {placementSerde, serdeFor} from './registry.ts'

/** Where Kafka's default partitioner puts a key. */
export const partitionOfKey = (key: Uint8Array, partitions: number, from = 0, to = key.length): number =>
  (murmur2(key, from, to) & 0x7fffffff) % partitions

export type PlacedRows = {
  readonly partition: number
  readonly rows: Rows
  /** Index of each row in the chunk; absent: the chunk as it is. */
  readonly indexes?: Int32Array
}

/**
 * Spreads rows over partitions by the bytes of their key (without its window); rows without a key go to `keyless`.
 * A key that its format cannot write goes there too: it is refused when the row is encoded.
 */
export type Placement = (rows: Rows, keyless: number) => readonly PlacedRows[]

export function placement(options: {readonly schema: Schema; readonly formats: Formats; readonly partitions: number}): Placement {
  const {schema, partitions} = options
  if (partitions === 1) return rows => [{partition: 0, rows}]
  if (schema.key.length === 0) return (rows, keyless) => [{partition: keyless, rows}]
  const place = rowPlacement(options)
  return (rows, keyless) => {
    const partitionAt = place(rows.columns)
    const placed = new Int32Array(rows.count)
    for (let row = 0; row < rows.count; row++) placed[row] = partitionAt(row) ?? keyless
    const selections = groupByPartition(placed, partitions)
    const [only] = selections
    if (selections.length === 1 && only) return [{partition: only.partition, rows}]
    return selections.map(({partition, selection}) => ({partition, rows: selectRows(rows, selection), indexes: selection}))
  }
}

/** Rows of each partition that has some, in their order. */
function groupByPartition(
  placed: Int32Array,
  partitions: number,
): {readonly partition: number; readonly selection: Int32Array}[] {
  const counts = new Int32Array(partitions)
  for (const partition of placed) counts[partition] = (counts[partition] ?? 0) + 1
  const selections = Array.from(counts, count => new Int32Array(count))
  counts.fill(0)
  placed.forEach((partition, row) => {
    const at = counts[partition] ?? 0
    const selection = selections[partition]
    if (selection) selection[at] = row
    counts[partition] = at + 1
  })
  return selections.flatMap((selection, partition) => (selection.length > 0 ? [{partition, selection}] : []))
}

type PartitionAt = (row: number) => number | undefined

function rowPlacement({
  schema,
  formats,
  partitions,
}: Parameters<typeof placement>[0]): (columns: readonly Vector[]) => PartitionAt {
  const isColumns = formats.value.name === 'COLUMNS'
  const serde = isColumns ? placementSerde(formats.key, schema.key) : serdeFor(formats.key, schema.key, 'key')
  const isPlainText = schema.key.length === 1 && formats.key.name === 'KAFKA' && schema.key[0]?.type.kind === 'VARCHAR'
  return columns => {
    const [first] = columns
    if (isPlainText && first instanceof TextVector) return storedTextPlacement(first, partitions)
    const keys = columns.slice(0, schema.key.length).map(column => column.values)
    return row => {
      if (keys.every(values => (values[row] ?? null) === null)) return undefined
      const key = serde.encode(keys, row)
      if (key === null) return undefined
      return typeof key === 'string' ? partitionOfText(key, partitions) : partitionOfKey(key, partitions)
    }
  }
}

// Short texts are hashed from here, without a buffer for each.
const scratch = Buffer.alloc(256)

function partitionOfText(text: string, partitions: number): number {
  if (text.length * 3 > scratch.length) return partitionOfKey(Buffer.from(text), partitions)
  return partitionOfKey(scratch, partitions, 0, writeUtf8(text))
}

/** Bytes written; a loop beats the call for short ASCII. */
function writeUtf8(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127) return scratch.write(text)
    scratch[i] = code
  }
  return text.length
}

/** Text keys that still are bytes are hashed as they stand. */
function storedTextPlacement(vector: TextVector, partitions: number): PartitionAt {
  const {bytes, ends, validity} = vector.pieces
  return row => {
    if (validity !== undefined && vector.bytesAt(row) === null) return undefined
    return partitionOfKey(bytes, partitions, row === 0 ? 0 : must(ends[row - 1], 'end'), must(ends[row], 'end'))
  }
}
