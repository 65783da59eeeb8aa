import {must} from '../../base/assert.ts'
import type {Descriptor} from '../../batch/descriptor.ts'
import type {OpenBatch} from '../../batch/open-batch.ts'
import type {Rows} from '../../chunk/chunk.ts'
import {jsonKeys, jsonObjects, type JsonRows} from './json-rows.ts'
import type {Contents, TypedRows} from './record-batch.ts'

type JsonObjects = ReturnType<typeof jsonObjects>
type Shape = {readonly descriptor: Descriptor; readonly keys: JsonRows; readonly values: JsonObjects}

/** Reads batches that say what their columns are. Those that follow each other mostly say the same. */
export function typedReader(): (batch: OpenBatch) => TypedRows & {readonly contents: Contents} {
  let shape: Shape | undefined
  return batch => {
    const {descriptor, rows} = batch.columns(shape?.descriptor)
    const {schema} = descriptor
    const {keys, values} = (shape =
      shape?.descriptor === descriptor ? shape : {descriptor, keys: jsonKeys(schema.key), values: jsonObjects(schema.value)})
    return {schema, rows, contents: contentsOf(rows, schema.key.length, keys, values)}
  }
}

function contentsOf(rows: Rows, keyColumns: number, keys: JsonRows, values: JsonObjects): Contents {
  const {count, columns, windows, nullValues} = rows
  const objects = () => values(columns.slice(keyColumns), count)
  const keyValues = () => columns.slice(0, keyColumns).map(column => column.values)
  return {
    ...(keyColumns > 0 && {keys: () => keys(keyValues(), count)}),
    values: nullValues ? () => Array.from(objects(), (object, row) => (nullValues[row] === 1 ? null : object)) : objects,
    ...(windows && {
      windowAt: row => ({startMs: must(windows.starts[row], 'start'), endMs: must(windows.ends[row], 'end')}),
    }),
  }
}
