import {toJsonValue, type ResultColumn, type Value} from '@millrace/engine'

/** Typed rows as objects by column name; bigint stays bigint until the JSON scalar writes it. */
export const rowsAsJson = (columns: readonly ResultColumn[], rows: readonly (readonly Value[])[]): unknown[] =>
  rows.map(row => {
    const object: Record<string, unknown> = {}
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]
      if (column) object[column.name] = toJsonValue(row[i] ?? null, column.type)
    }
    return object
  })
