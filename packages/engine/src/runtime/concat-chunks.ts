import {must} from '../base/assert.ts'
import type {Value} from '../schema/value.ts'
import {limits} from '../limits.ts'
import {vectorOf, type Chunk, type Rows, type Vector} from '../chunk/chunk.ts'

/** The rows of several chunks as one; `before` and origin are left out. */
export function concatChunks(chunks: readonly Chunk[]): Rows {
  const first = must(chunks[0], 'first chunk')
  if (chunks.length === 1) return first
  const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0)
  const join = <T>(pick: (chunk: Chunk) => ArrayLike<T>): T[] => {
    const all = new Array<T>(count)
    let at = 0
    for (const chunk of chunks) {
      const items = pick(chunk)
      for (let i = 0; i < chunk.count; i++) all[at++] = items[i] as T
    }
    return all
  }
  const joinValues = (i: number): ArrayLike<Value> => {
    const parts = chunks.map(chunk => must(chunk.columns[i], 'column').values)
    return parts.every(part => part instanceof Float64Array)
      ? joinDoubles(parts, count)
      : join(chunk => must(chunk.columns[i], 'column').values)
  }
  const columns = first.columns.map((_, i): Vector => vectorOf(joinValues(i)))
  const {windows} = first
  return {
    count,
    columns,
    timestamps: Float64Array.from(join(chunk => chunk.timestamps)),
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

/** Chunks in their order, small ones together: a large one is written from the bytes it was read from, where it still has them. */
export function concatSmall(chunks: readonly Chunk[]): readonly Rows[] {
  const whole: Rows[] = []
  let small: Chunk[] = []
  const flush = (): void => {
    if (small.length > 0) whole.push(concatChunks(small))
    small = []
  }
  for (const chunk of chunks) {
    if (chunk.count < limits.outputBatchRowsMin) {
      small.push(chunk)
      continue
    }
    flush()
    whole.push(chunk)
  }
  flush()
  return whole
}

/** A typed array stands for a column without NULLs. */
function joinDoubles(parts: readonly Float64Array[], count: number): Float64Array {
  const all = new Float64Array(count)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
