import {selectChunk} from '../batch/select.ts'
import type {Chunk} from '../chunk/chunk.ts'
import type {Operator} from './operator.ts'

/** Passes the changes after which a row is there that was not, or is not there that was. */
export function distinctOperator(): Operator {
  return {
    process(_port, chunk, emit) {
      const changing = changingRows(chunk)
      if (changing.length === chunk.count) emit(chunk)
      else if (changing.length > 0) emit(selectChunk(chunk, changing))
    },
  }
}

function changingRows({count, nullValues, before}: Chunk): Int32Array {
  const rows = new Int32Array(count)
  let found = 0
  for (let row = 0; row < count; row++) {
    const isThere = nullValues?.[row] !== 1
    const wasThere = before !== undefined && before.nullValues[row] === 0
    if (isThere !== wasThere) rows[found++] = row
  }
  return rows.subarray(0, found)
}
