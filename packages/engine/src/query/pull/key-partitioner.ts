import type {Formats} from '../../plan/formats.ts'
import type {Schema} from '../../schema/schema.ts'
import type {Row} from '../../schema/value.ts'
import {partitionOfKey} from '../../serde/placement.ts'
import {placementSerde, serdeFor} from '../../serde/registry.ts'

/** Where rows of a key are put by whoever writes topics of these formats; see `serde/placement.ts`. */
export function keyPartitioner({schema, formats}: {schema: Schema; formats: Formats}, partitions: number): (key: Row) => number {
  const isColumns = formats.value.name === 'COLUMNS'
  const serde = isColumns ? placementSerde(formats.key, schema.key) : serdeFor(formats.key, schema.key, 'key')
  return key => {
    const bytes = serde.encode(
      key.map(value => [value]),
      0,
    )
    if (bytes === null) return 0
    return partitionOfKey(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, partitions)
  }
}
