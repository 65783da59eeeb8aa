import type {Format} from '../plan/formats.ts'
import type {Column} from '../schema/schema.ts'
import {delimitedSerde} from './delimited.ts'
import {jsonSerde} from './json.ts'
import {fitsKafka, kafkaSerde} from './kafka.ts'
import type {Serde} from './serde.ts'

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
    case 'PROTOBUF':
    case 'PROTOBUF_NOSR':
    case 'NONE':
    case 'COLUMNS':
      return noColumns
  }
}

/**
 * The serde whose key bytes decide the partition. In the `columns` encoding these bytes are nowhere else; a key that the
 * format cannot write is placed as JSON then.
 */
export function placementSerde(format: Format, columns: readonly Column[]): Serde {
  if (format.name === 'JSON' || format.name === 'DELIMITED') return serdeFor(format, columns, 'key')
  return columns.length === 0 ? noColumns : fitsKafka(columns) ? kafkaSerde(columns) : jsonSerde(columns, columns.length === 1)
}
