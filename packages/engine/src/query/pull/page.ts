import {vectorOf, type Rows} from '../../chunk/chunk.ts'
import type {Row} from '../../schema/value.ts'

/** Rows in one go to the nodes above. */
export const PAGE_ROWS = 2_000

/** Rows of plain columns: behind a projection no record time is read any more. */
export function pageOf(rows: readonly Row[], width: number): Rows {
  return {
    count: rows.length,
    columns: Array.from({length: width}, (_, column) => vectorOf(rows.map(row => row[column] ?? null))),
    timestamps: new Float64Array(rows.length),
  }
}

export function* pagesOf(rows: readonly Row[], width: number): Generator<Rows> {
  for (let from = 0; from < rows.length; from += PAGE_ROWS) yield pageOf(rows.slice(from, from + PAGE_ROWS), width)
}

/** One row of a page. */
export const rowAt = (columns: Rows['columns'], row: number): Row => columns.map(({values}) => values[row] ?? null)
