import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import {selectRows} from '../batch/select.ts'
import type {Chunk} from '../chunk/chunk.ts'
import {array, BIGINT, BYTES, struct, VARCHAR, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import type {BadRow} from '../operators/operator.ts'
import type {Source} from '../plan/source.ts'
import type {Offset} from '../record/record.ts'
import {chunkDecoder} from '../serde/topic-codec.ts'
import type {EntryLayout} from '../state/layout.ts'
import {changelogPolicy} from '../state/changelog-policy.ts'
import {TaskStores} from '../state/task-stores.ts'
import {WriteOnlyStore} from '../state/write-only-store.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {firstSequence} from './first-sequence.ts'
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

const layoutOf = (source: Source): EntryLayout => ({
  key: [...source.schema.key.map(column => column.type), ...(source.window ? [BIGINT, BIGINT] : [])],
  isWindowed: source.window !== undefined,
  value: storedColumns(source),
})

/**
 * Keeps the newest row of each key of a declared table. It needs no image: a row is written or removed whatever stood
 * there before.
 */
export function tableProgram(source: Source, partition: number, clock: Clock): TaskProgram {
  const {schema, topic, name, window} = source
  const decode = chunkDecoder(source)
  const keyCount = schema.key.length
  const stores = new TaskStores(changelogPolicy(), firstSequence(clock))
  const store = stores.add(new WriteOnlyStore(tableStore, layoutOf(source)))
  let badRows: BadRow[] = []

  function keep(chunk: Chunk): void {
    const keys = chunk.columns.slice(0, keyCount).map(column => column.values)
    const kept = rowsWithKey(chunk, keys)
    const {windows} = kept
    const windowed = windows ? [windows.starts, windows.ends] : []
    const values: ArrayLike<Value>[] = kept.columns.slice(keyCount).map(column => column.values)
    if (source.headerColumns.length > 0)
      values.push(Array.from(kept.timestamps, (_, row) => kept.headers?.[row]?.map(each => [each.key, each.value]) ?? []))
    store.putColumns(kept, [...kept.columns.slice(0, keyCount).map(column => column.values), ...windowed], values)
  }

  /** A row of a table without a key is a bad one. */
  function rowsWithKey(chunk: Chunk, keys: readonly ArrayLike<Value>[]): Chunk {
    const rows: number[] = []
    for (let row = 0; row < chunk.count; row++) {
      if (keys.some(column => column[row] !== null)) {
        rows.push(row)
        continue
      }
      const at = {topic, partition, offset: must(chunk.origin?.offsets[row], 'offset of a source row')}
      badRows.push({...at, kind: 'null-key', step: name, reason: 'a row of a table has no key'})
    }
    return rows.length === chunk.count ? chunk : selectRows(chunk, Int32Array.from(rows))
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
      const changes = stores.take()
      const orderedStores = window && changes.state.length > 0 ? [tableStore] : []
      const effects = {...changes, orderedStores, outputs: [], facts: undefined, rowsOut: 0, badRows}
      badRows = []
      return effects
    },
    get hasWork() {
      return stores.pending > 0
    },
    replay: changelog => stores.replay(changelog),
    restore: () => {},
    endRestore: () => stores.endReplay(),
    restoreFacts: () => {},
  }
}
