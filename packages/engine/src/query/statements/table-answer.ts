import type {StatementResult} from '../../engine-api.ts'

export type Row = Readonly<Record<string, unknown>>

/** Rows by column name, and in words. */
export type TableAnswer = Pick<StatementResult, 'message' | 'columns' | 'rows'> & Partial<StatementResult>

export const table = (columns: readonly string[], rows: readonly Row[], message: string): TableAnswer => ({
  columns,
  rows,
  message,
})

/** A row a line. */
export const text = (message: string): TableAnswer =>
  table(
    ['line'],
    message.split('\n').map(line => ({line})),
    message,
  )
