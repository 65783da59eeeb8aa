import {sliceChunk} from './chunks.ts'
import type {Operator} from './operator.ts'

/** Gives the first `limit` rows; `onReached` is told once. */
export function limitOperator(limit: number, onReached: () => void): Operator {
  let left = limit
  return {
    process(_port, chunk, emit) {
      if (left === 0) return
      const taken = Math.min(left, chunk.count)
      left -= taken
      if (taken > 0) emit(sliceChunk(chunk, 0, taken))
      if (left === 0) onReached()
    },
  }
}
