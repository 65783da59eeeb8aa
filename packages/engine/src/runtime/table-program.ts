import {must} from '../base/assert.ts'
import {rowCodec} from '../batch/row-codec.ts'
import type {Chunk} from '../chunk/chunk.ts'
import {array, BYTES, struct, VARCHAR, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import type {BadRow} from '../operators/operator.ts'
import type {Source} from '../plan/source.ts'
import type {Offset} from '../record/record.ts'
import {keyCodec} from '../serde/key-codec.ts'
import {chunkDecoder} from '../serde/topic-codec.ts'
import {storedTypes} from '../state/layout.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import type {StateWrite} from '../storage/port/task-commit.ts'
import type {Decoded, Effects, Part, TaskProgram} from './program.ts'

/** The store of a table that is declared over a topic. */
export const tableStore = 'rows'

const headersType = array(
  struct([
    {name: 'KEY', type: VARCHAR},
    {name: 'VALUE', type: BYTES},
  ]),
)

/** What stands in a row of a declared table: its value columns, then all headers of the record where it has columns of them. */
export const storedColumns = ({schema, headerColumns}: Source): readonly SqlType[] => [
  ...schema.value.map(column => column.type),
  ...(headerColumns.length > 0 ? [headersType] : []),
]

/**
 * Keeps the newest row of each key of a declared table. It needs no image: a row is written or removed whatever stood
 * there before.
 */
export function tableProgram(source: Source, partition: number): TaskProgram {
  const {schema, topic, name, window} = source
  const decode = chunkDecoder(source)
  const keyCount = schema.key.length
  const keys = keyCodec(schema.key.map(column => column.type))
  const values = rowCodec(storedTypes(storedColumns(source)))
  let writes = new Map<string, StateWrite>()
  let badRows: BadRow[] = []

  function keep(chunk: Chunk): void {
    const keyColumns = chunk.columns.slice(0, keyCount).map(column => column.values)
    const valueColumns: ArrayLike<Value>[] = chunk.columns.slice(keyCount).map(column => column.values)
    if (source.headerColumns.length > 0)
      valueColumns.push(Array.from(chunk.timestamps, (_, row) => chunk.headers?.[row]?.map(each => [each.key, each.value]) ?? []))
    valueColumns.push(chunk.timestamps)
    for (let row = 0; row < chunk.count; row++) {
      if (keyColumns.every(column => column[row] === null)) {
        const at = {topic, partition, offset: must(chunk.origin?.offsets[row], 'offset of a source row')}
        badRows.push({...at, kind: 'null-key', step: name, reason: 'a row of a table has no key'})
        continue
      }
      const {windows} = chunk
      const bounds = windows && {startMs: must(windows.starts[row], 'start'), endMs: must(windows.ends[row], 'end')}
      const key = keys.encodeAt(keyColumns, row, bounds)
      const value = chunk.nullValues?.[row] === 1 ? null : values.encodeAt(valueColumns, row)
      writes.set(Buffer.from(key).toString('latin1'), {store: tableStore, key, value})
    }
  }

  return {
    topics: [topic],
    ownTopics: new Set(),
    restoredStores: [],
    stateEntries: 0,
    decode(_topic: number, batch: StoredBatch, from: Offset): Decoded {
      const {chunk, bad} = decode(batch, from, partition)
      return {parts: [{input: 0, chunk}], badRows: bad.map(row => ({...row, step: name, topic, partition}))}
    },
    process(parts: readonly Part[]): void {
      for (const {chunk} of parts) keep(chunk)
    },
    take(): Effects {
      const state = [...writes.values()]
      const effects = {
        state,
        orderedStores: window && state.length > 0 ? [tableStore] : [],
        outputs: [],
        facts: undefined,
        rowsOut: 0,
        badRows,
      }
      writes = new Map()
      badRows = []
      return effects
    },
    restore: () => {},
    restoreFacts: () => {},
  }
}
