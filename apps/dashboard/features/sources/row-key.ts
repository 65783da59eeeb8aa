import type {Row} from '../../graphql/sql.ts'
import type {Column, Source} from '../../graphql/sources.ts'
import {printCell} from '../../lib/json.ts'

const windowColumns: readonly Column[] = ['WINDOWSTART', 'WINDOWEND'].map(name => ({name, type: 'BIGINT', isKey: true}))

/** The columns that `SELECT *` gives: those of the source, and the window's bounds where there is one. */
export function rowColumns(source: Source): readonly Column[] {
  const keys = source.columns.filter(column => column.isKey)
  const values = source.columns.filter(column => !column.isKey)
  return [...keys, ...(source.window === null ? [] : windowColumns), ...values]
}

/** One text for one key and window. */
export const rowKey = (source: Source, row: Row): string =>
  rowColumns(source)
    .filter(column => column.isKey)
    .map(column => printCell(row[column.name] ?? null))
    .join('\u0000')
