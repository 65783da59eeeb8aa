import type {Value} from '../schema/value.ts'

/**
 * Deep equality of two values of one type, as Java's `equals`: inside containers NULL equals NULL and NaN equals NaN.
 * Scalars of one type are compared by `===`, which is right for longs and decimals too (`schema/value.ts`).
 */
export function valuesEqual(left: Value, right: Value): boolean {
  if (left === right) return true
  if (left === null || right === null) return false
  if (typeof left !== 'object' || typeof right !== 'object') return Number.isNaN(left) && Number.isNaN(right)
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compareBytes(left, right) === 0
  if (left instanceof Map) return right instanceof Map && mapsEqual(left, right)
  return Array.isArray(left) && Array.isArray(right) && arraysEqual(left, right)
}

/** Lexicographic, bytes as signed numbers (as Java's ByteBuffer); less than, equal to or greater than 0. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length)
  for (let i = 0; i < shared; i++) {
    const difference = (((left[i] ?? 0) << 24) >> 24) - (((right[i] ?? 0) << 24) >> 24)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function arraysEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, i) => valuesEqual(item, right[i] ?? null))
}

function mapsEqual(left: ReadonlyMap<Value, Value>, right: ReadonlyMap<Value, Value>): boolean {
  if (left.size !== right.size) return false
  for (const [key, value] of left) if (!right.has(key) || !valuesEqual(value, right.get(key) ?? null)) return false
  return true
}
