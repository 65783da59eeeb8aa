import type {Rows} from '../chunk/chunk.ts'
import {selectRows} from './select.ts'

/** The rows that have a value. */
export function withoutNullValues(rows: Rows): Rows {
  const {nullValues} = rows
  if (!nullValues?.includes(1)) return rows
  const kept: number[] = []
  for (let row = 0; row < rows.count; row++) if (nullValues[row] !== 1) kept.push(row)
  return selectRows(rows, Int32Array.from(kept))
}
