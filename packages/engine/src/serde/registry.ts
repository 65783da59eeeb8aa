import {AssertionError, assertNever} from '../base/assert.ts'
import type {Format} from '../plan/formats.ts'
import type {Column} from '../schema/schema.ts'
import {avroSerde} from './avro.ts'
import {delimitedSerde} from './delimited.ts'
import {jsonSerde} from './json.ts'
import {fitsKafka, kafkaSerde} from './kafka.ts'
import {protobufSerde} from './protobuf.ts'
import type {Row} from '../schema/value.ts'
import {blobsOf, type Serde} from './serde.ts'

const noColumns: Serde = {gives: 'bytes', decode: () => [], encode: () => null}

/**
 * The serde of keys or values under these columns. A key of one column stands bare; a value does where the format's `wrap`
 * setting is 'false'. Throws EngineError `INVALID_CONFIG` where the format cannot hold the columns.
 */
export function serdeFor(format: Format, columns: readonly Column[], role: 'key' | 'value'): Serde {
  if (role === 'key' && columns.length === 0) return noColumns
  const isBare = columns.length === 1 && (role === 'key' || format.settings['wrap'] === 'false')
  switch (format.name) {
    case 'JSON':
    case 'JSON_SR':
      return jsonSerde(columns, isBare)
    case 'DELIMITED':
      return delimitedSerde(columns, format.settings['delimiter'])
    case 'KAFKA':
      return columns.length === 0 ? noColumns : kafkaSerde(columns)
    case 'AVRO':
      return avroSerde(columns, isBare)
    case 'PROTOBUF':
    case 'PROTOBUF_NOSR':
      return protobufSerde(columns, format.settings['nullable_representation'])
    case 'NONE':
      return noColumns
    case 'COLUMNS':
      throw new AssertionError('typed rows in columns have no serde')
    default:
      return assertNever(format.name, 'format')
  }
}

/** Whether the only key column stands without an object around it. Protobuf has nothing but messages. */
export const keyStandsBare = (format: Format, columns: readonly Column[]): boolean => columns.length === 1 && !isProtobuf(format)

const isProtobuf = ({name}: Format): boolean => name === 'PROTOBUF' || name === 'PROTOBUF_NOSR'

/** Whether the only value column stands without an object around it where clients write and read records as JSON. */
export const standsBare = (format: Format, columns: readonly Column[]): boolean =>
  columns.length === 1 && (format.name === 'KAFKA' || format.settings['wrap'] === 'false')

/** What a row's values are once the format has held them: Protobuf gives NULL scalars their defaults. Undefined: they stay. */
export function heldBy(format: Format, columns: readonly Column[]): ((values: Row) => Row) | undefined {
  if (!isProtobuf(format)) return undefined
  const serde = serdeFor(format, columns, 'value')
  return values => {
    const bytes = serde.encode(
      values.map(value => [value]),
      0,
    )
    return bytes === null ? values : (serde.decode(blobsOf([Buffer.from(bytes)]), 0) ?? values)
  }
}

/**
 * The serde whose key bytes decide the partition. In the `columns` encoding these bytes are nowhere else; a key that the
 * format cannot write is placed as JSON then.
 */
export function placementSerde(format: Format, columns: readonly Column[]): Serde {
  if (!['COLUMNS', 'KAFKA', 'NONE'].includes(format.name)) return serdeFor(format, columns, 'key')
  return columns.length === 0 ? noColumns : fitsKafka(columns) ? kafkaSerde(columns) : jsonSerde(columns, columns.length === 1)
}
