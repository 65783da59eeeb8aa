import {latin1} from '../base/bytes.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'

/** What stands for a key in a Map: the value itself when the key is one primitive column, else an injective text. */
export type MapKey = string | number | bigint | boolean | null

/** The key columns of rows: window bounds, where keys are windowed, follow as two more columns. */
export type KeyColumns = readonly ArrayLike<Value>[]

/** Turns key columns into Map keys. For one primitive column it costs nothing: the column is returned as it is. */
export function mapKeysOf(types: readonly SqlType[]): (columns: KeyColumns, count: number) => ArrayLike<MapKey> {
  if (isOnePrimitive(types)) return columns => mapKeyColumn(columns)
  return (columns, count) => {
    const keys = new Array<MapKey>(count)
    for (let row = 0; row < count; row++) keys[row] = textOfRow(columns, types.length, row)
    return keys
  }
}

/** As `mapKeysOf`, for one row. */
export function mapKeyOf(types: readonly SqlType[]): (columns: KeyColumns, row: number) => MapKey {
  return isOnePrimitive(types)
    ? (columns, row) => mapKeyColumn(columns)[row]!
    : (columns, row) => textOfRow(columns, types.length, row)
}

// A column of a primitive type holds MapKeys only; the type system cannot see the tie between SqlType and Value.
const mapKeyColumn = (columns: KeyColumns): ArrayLike<MapKey> => columns[0] as ArrayLike<MapKey>

function isOnePrimitive(types: readonly SqlType[]): boolean {
  const [only] = types
  return types.length === 1 && only !== undefined && isPrimitive(only)
}

function textOfRow(columns: KeyColumns, count: number, row: number): string {
  let text = ''
  for (let i = 0; i < count; i++) text += textOf(columns[i]![row] ?? null)
  return text
}

const isPrimitive = (type: SqlType): boolean => !['BYTES', 'ARRAY', 'MAP', 'STRUCT'].includes(type.kind)

/** Self-delimiting, so that concatenations are injective; a letter tells the kinds apart. */
function textOf(value: Value): string {
  switch (typeof value) {
    case 'number':
      return `n${value};`
    case 'string':
      return `s${value.length}:${value}`
    case 'bigint':
      return `b${value};`
    case 'boolean':
      return value ? 't' : 'f'
    default:
      return value === null ? 'z' : nestedText(value)
  }
}

function nestedText(value: Uint8Array | readonly Value[] | ReadonlyMap<Value, Value>): string {
  if (value instanceof Uint8Array) return `y${value.length}:${latin1(value)}`
  if (value instanceof Map) return `m${value.size}:${[...value].map(([key, item]) => textOf(key) + textOf(item)).join('')}`
  const items = value as readonly Value[]
  return `a${items.length}:${items.map(textOf).join('')}`
}
