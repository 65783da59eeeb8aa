import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import type {Column} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'
import {ShapeBuilder, type NullableRepresentation} from './protobuf-shape.ts'
import type {Serde} from './serde.ts'

/** One proto3 message under the descriptor that follows from the columns, which are numbered from 1. */
export function protobufSerde(columns: readonly Column[], nullableSetting = ''): Serde {
  const shape = new ShapeBuilder(parseRepresentation(nullableSetting)).message(columns)
  return {
    gives: 'bytes',
    decode(blobs, i) {
      const bytes = must(blobs.bytesAt(i), 'blob')
      try {
        return shape.read(shape.message.decode(bytes)) as readonly Value[]
      } catch (cause) {
        const message = `found ${bytes.length} bytes, expected Protobuf of the columns: ${cause instanceof Error ? cause.message : ''}`
        throw new EngineError('RECORD_INVALID', message, {expected: 'Protobuf'}, cause)
      }
    },
    encode(vectors, row) {
      const message = shape.write(columns.map((_, i) => vectors[i]?.[row] ?? null))
      return shape.message.encode(message as Record<string, unknown>).finish()
    },
  }
}

function parseRepresentation(setting: string): NullableRepresentation {
  const name = setting.toLowerCase()
  if (name === '') return 'none'
  if (name === 'optional' || name === 'wrapper') return name
  throw new EngineError('INVALID_CONFIG', `found nullable representation '${setting}', expected OPTIONAL or WRAPPER`)
}
