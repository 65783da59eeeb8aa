import {must} from '../base/assert.ts'
import {vectorOf, type Chunk, type Rows} from '../chunk/chunk.ts'
import type {SqlType} from '../schema/sql-type.ts'
import {BIGINT} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {mapKeysOf} from '../state/map-key.ts'
import {concatChunks} from './concat-chunks.ts'

/**
 * Of the changes of a table only the last of each key (and window), in the order of these: who reads them in order ends with the
 * same table, and sees fewer of the states in between.
 */
export function latestRows(chunks: readonly Chunk[], keyTypes: readonly SqlType[]): Rows {
  const first = must(chunks[0], 'first chunk')
  const total = chunks.reduce((sum, {count}) => sum + count, 0)
  const mapKeys = mapKeysOf(first.windows ? [...keyTypes, BIGINT, BIGINT] : keyTypes)
  const from = new Int32Array(total)
  const rows = new Int32Array(total)
  const seen = new Set<unknown>()
  // Filled from the end, as the last rows are found first.
  let at = total
  for (let i = chunks.length - 1; i >= 0; i--) {
    const chunk = must(chunks[i], 'chunk')
    const {windows, columns, count} = chunk
    const keys = columns.slice(0, keyTypes.length).map(column => column.values)
    const found = mapKeys(windows ? [...keys, windows.starts, windows.ends] : keys, count)
    for (let row = count - 1; row >= 0; row--) {
      const key = found[row]
      if (seen.has(key)) continue
      seen.add(key)
      from[--at] = i
      rows[at] = row
    }
  }
  return at === 0 ? concatChunks(chunks) : gather(chunks, from.subarray(at), rows.subarray(at))
}

function gather(chunks: readonly Chunk[], from: Int32Array, rows: Int32Array): Rows {
  const first = must(chunks[0], 'first chunk')
  const pick = <T>(partOf: (chunk: Chunk) => ArrayLike<T>): T[] => {
    const parts = chunks.map(partOf)
    const picked = new Array<T>(rows.length)
    // Places come from the chunks themselves.
    for (let i = 0; i < rows.length; i++) picked[i] = parts[from[i] as number]?.[rows[i] as number] as T
    return picked
  }
  const {windows} = first
  return {
    count: rows.length,
    columns: first.columns.map((_, column) => vectorOf(pick<Value>(chunk => must(chunk.columns[column], 'column').values))),
    timestamps: Float64Array.from(pick(chunk => chunk.timestamps)),
    ...(windows && {
      windows: {
        starts: pick(chunk => must(chunk.windows, 'windows of a chunk').starts),
        ends: pick(chunk => must(chunk.windows, 'windows of a chunk').ends),
      },
    }),
    ...(chunks.some(chunk => chunk.nullValues) && {
      nullValues: Uint8Array.from(pick(chunk => chunk.nullValues ?? new Uint8Array(chunk.count))),
    }),
    ...(chunks.some(chunk => chunk.headers) && {
      headers: pick(chunk => chunk.headers ?? Array.from({length: chunk.count}, () => [])),
    }),
  }
}
