import {must} from '../base/assert.ts'
import {vectorOf, type Chunk, type Rows, type Vector} from '../chunk/chunk.ts'

/** The rows of several chunks as one; `before` and origin are left out. */
export function concatChunks(chunks: readonly Chunk[]): Rows {
  const first = must(chunks[0], 'first chunk')
  if (chunks.length === 1) return first
  const join = <T>(pick: (chunk: Chunk) => ArrayLike<T>): T[] => {
    const all: T[] = []
    for (const chunk of chunks) {
      const items = pick(chunk)
      for (let i = 0; i < chunk.count; i++) all.push(items[i] as T)
    }
    return all
  }
  const columns = first.columns.map((_, i): Vector => vectorOf(join(chunk => must(chunk.columns[i], 'column').values)))
  const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0)
  const {windows} = first
  return {
    count,
    columns,
    timestamps: join(chunk => chunk.timestamps),
    ...(windows && {
      windows: {
        starts: join(chunk => must(chunk.windows, 'windows of a chunk').starts),
        ends: join(chunk => must(chunk.windows, 'windows of a chunk').ends),
      },
    }),
    ...(chunks.some(chunk => chunk.nullValues) && {
      nullValues: Uint8Array.from(join(chunk => chunk.nullValues ?? new Uint8Array(chunk.count))),
    }),
    ...(chunks.some(chunk => chunk.headers) && {
      headers: join(chunk => chunk.headers ?? Array.from({length: chunk.count}, () => [])),
    }),
  }
}
