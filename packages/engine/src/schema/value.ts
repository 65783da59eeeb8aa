/**
 * The one in-memory form of a SQL value, by type. NULL is `null` everywhere.
 *
 * | type | value |
 * | --- | --- |
 * | BOOLEAN | boolean |
 * | INT, DATE (epoch days), TIME (ms of day) | number, an integer |
 * | BIGINT, TIMESTAMP (ms since epoch) | *long*: a number when it is a safe integer, else a bigint; never a bigint that is safe |
 * | DOUBLE | number, NaN and infinities included |
 * | DECIMAL(p,s) | bigint: the unscaled value; the scale stands in the type |
 * | VARCHAR | string |
 * | BYTES | Uint8Array |
 * | ARRAY | array |
 * | MAP | Map, in insertion order |
 * | STRUCT | array of field values, in the order of the type's fields |
 *
 * Because a long has one form only, `===`, `<` and Map keys work on longs without conversion.
 * Values are never mutated once they left the code that made them.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[] | SqlMap
export type SqlMap = ReadonlyMap<Value, Value>
export type Row = readonly Value[]

/** The canonical long of a bigint, wrapped to 64 bits as Java does. */
export function toLong(value: bigint): number | bigint {
  const wrapped = BigInt.asIntN(64, value)
  return wrapped >= MIN_SAFE && wrapped <= MAX_SAFE ? Number(wrapped) : wrapped
}

const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER)
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
