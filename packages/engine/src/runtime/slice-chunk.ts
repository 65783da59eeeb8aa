import {must} from '../base/assert.ts'
import type {Chunk} from '../chunk/chunk.ts'
import type {Offset} from '../record/record.ts'

/** First row whose offset is ≥ `offset`; the count when there is none. For chunks straight from a source: offsets grow. */
export function rowAtOffset(chunk: Chunk, offset: Offset): number {
  if (chunk.count === 0) return 0
  const offsets = must(chunk.origin, 'origin of source rows').offsets
  let low = 0
  let high = chunk.count
  while (low < high) {
    const middle = (low + high) >> 1
    if (must(offsets[middle], 'offset') < offset) low = middle + 1
    else high = middle
  }
  return low
}
