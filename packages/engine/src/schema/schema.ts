import {printType, quoteName, type SqlType} from './sql-type.ts'

export type Column = {readonly name: string; readonly type: SqlType}

/**
 * The columns of a source or of a step's result. A row is positional: key columns first, then value columns.
 * Window bounds, record time, partition, offset and headers are not columns: they stand beside the rows of a chunk.
 */
export type Schema = {readonly key: readonly Column[]; readonly value: readonly Column[]}

export const columnsOf = (schema: Schema): readonly Column[] => [...schema.key, ...schema.value]

/** As ksqlDB prints it: `` `ID` STRING KEY, `V` BIGINT ``. */
export function printSchema(schema: Schema, isTable = false): string {
  const key = schema.key.map(column => `${quoteName(column.name)} ${printType(column.type)} ${isTable ? 'PRIMARY KEY' : 'KEY'}`)
  const value = schema.value.map(column => `${quoteName(column.name)} ${printType(column.type)}`)
  return [...key, ...value].join(', ')
}

/** Pseudocolumns: readable in expressions, never part of a declared schema. */
export const systemColumns = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET', 'WINDOWSTART', 'WINDOWEND'] as const
export type SystemColumn = (typeof systemColumns)[number]
