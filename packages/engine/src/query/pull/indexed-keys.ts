import {rowCodec} from '../../batch/row-codec.ts'
import type {Source} from '../../plan/source.ts'
import type {SqlTypeKind} from '../../schema/sql-type.ts'
import type {Row} from '../../schema/value.ts'
import {serdeFor} from '../../serde/registry.ts'

/**
 * Whether equal keys of a source are equal bytes in its topic, so that an index by these bytes finds all of them. Formats of
 * text write one value in several ways, and 0 and -0 are equal doubles. Windows stand in the keys of those who have some.
 */
export function hasOneForm({schema, formats, window}: Source): boolean {
  if (window !== undefined || schema.key.length === 0) return false
  const kinds = schema.key.map(({type}) => type.kind)
  if (formats.value.name === 'COLUMNS') return kinds.every(kind => inColumns.includes(kind))
  return formats.key.name === 'KAFKA' && kinds.every(kind => inKafka.includes(kind))
}

const inKafka: readonly SqlTypeKind[] = ['INT', 'BIGINT', 'VARCHAR', 'BYTES']
const inColumns: readonly SqlTypeKind[] = [...inKafka, 'BOOLEAN', 'DECIMAL', 'DATE', 'TIME', 'TIMESTAMP']

/** Keys as `recordKeys` gives them for the batches of a source whose keys have one form. */
export function storedKeys({schema, formats}: Source, keys: readonly Row[]): readonly Uint8Array[] {
  if (formats.value.name === 'COLUMNS') {
    const codec = rowCodec(schema.key.map(({type}) => type))
    return keys.map(key => codec.encode(key))
  }
  const serde = serdeFor(formats.key, schema.key, 'key')
  return keys.flatMap(key => {
    const bytes = serde.encode(
      key.map(value => [value]),
      0,
    )
    if (bytes === null) return []
    return [typeof bytes === 'string' ? Buffer.from(bytes) : bytes]
  })
}
