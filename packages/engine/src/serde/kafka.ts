import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import type {Column} from '../schema/schema.ts'
import {printType, type SqlType} from '../schema/sql-type.ts'
import {toLong, type Value} from '../schema/value.ts'
import {refusal, type Serde} from './serde.ts'

export const fitsKafka = (columns: readonly Column[]): boolean =>
  columns.length === 1 && columns.every(column => ['INT', 'BIGINT', 'DOUBLE', 'VARCHAR', 'BYTES'].includes(column.type.kind))

/** Kafka's primitive serializers: one column, big-endian numbers, UTF-8 text. */
export function kafkaSerde(columns: readonly Column[]): Serde {
  if (!fitsKafka(columns)) {
    const found = columns.map(column => printType(column.type)).join(', ') || 'no column'
    throw new EngineError(
      'INVALID_CONFIG',
      `the KAFKA format takes one column of INTEGER, BIGINT, DOUBLE, STRING or BYTES, found ${found}`,
    )
  }
  const {name, type} = must(columns[0], 'the only column')
  const write = writer(type)
  return {
    gives: type.kind === 'VARCHAR' ? 'text' : 'bytes',
    decode:
      type.kind === 'VARCHAR'
        ? (blobs, i) => [blobs.textAt(i)]
        : (blobs, i) => [read(name, type, must(blobs.bytesAt(i), 'blob'))],
    encode(vectors, row) {
      const value = vectors[0]?.[row] ?? null
      return value === null ? null : write(value)
    },
  }
}

// The casts hold because a value always has the form that schema/value.ts gives for its type.
function writer(type: SqlType): (value: Value) => string | Uint8Array {
  switch (type.kind) {
    case 'INT':
      return value => bytesOf(4, view => view.setInt32(0, value as number))
    case 'BIGINT':
      return value => bytesOf(8, view => view.setBigInt64(0, BigInt(value as number | bigint)))
    case 'DOUBLE':
      return value => bytesOf(8, view => view.setFloat64(0, value as number))
    default:
      return value => value as string | Uint8Array
  }
}

function bytesOf(size: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size)
  write(new DataView(bytes.buffer))
  return bytes
}

function read(name: string, type: SqlType, bytes: Buffer): Value {
  const expected = (size: number) => {
    if (bytes.length !== size) throw refusal(name, `${bytes.length} bytes`, `${printType(type)} in ${size} bytes`)
  }
  switch (type.kind) {
    case 'INT':
      expected(4)
      return bytes.readInt32BE()
    case 'BIGINT':
      expected(8)
      return toLong(bytes.readBigInt64BE())
    case 'DOUBLE':
      expected(8)
      return bytes.readDoubleBE()
    default:
      return new Uint8Array(bytes)
  }
}
