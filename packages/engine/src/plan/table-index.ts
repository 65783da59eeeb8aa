import type {Source} from './source.ts'
import {columnsOf, type Column} from '../schema/schema.ts'

/** A secondary index of a table: its rows ordered by other columns than their key. */
export type TableIndex = {
  readonly name: string
  readonly table: string
  /** Names of columns of the table, key or value, the leading one first. */
  readonly columns: readonly string[]
  /** Where its entries stand, in the tasks that keep the table's rows. An index made again is another one. */
  readonly store: string
}

/** Names of the stores of indexes begin so. */
export const indexPrefix = 'index/'

/** Places of the indexed columns among key and value columns; undefined when the table has not all of them. */
export function placesOfIndex({columns}: TableIndex, {schema}: Pick<Source, 'schema'>): readonly number[] | undefined {
  const all = columnsOf(schema)
  const places = columns.map(name => all.findIndex(column => column.name === name))
  return places.includes(-1) ? undefined : places
}

/** Only values with a plain order can be indexed. */
export const isIndexable = ({type}: Column): boolean => !['ARRAY', 'MAP', 'STRUCT'].includes(type.kind)
