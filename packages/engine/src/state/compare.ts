import type {Value} from '../schema/value.ts'

/** Total order over values of one type: NULL first, FALSE before TRUE, text by UTF-16 unit, nested values by element. */
export function compareValues(left: Value, right: Value): number {
  if (left === right) return 0
  if (left === null) return -1
  if (right === null) return 1
  if (typeof left !== 'object' || typeof right !== 'object') return left < right ? -1 : left > right ? 1 : 0
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right)
  const leftItems = itemsOf(left)
  const rightItems = itemsOf(right)
  for (let i = 0; i < leftItems.length && i < rightItems.length; i++) {
    const order = compareValues(leftItems[i] ?? null, rightItems[i] ?? null)
    if (order !== 0) return order
  }
  return leftItems.length - rightItems.length
}

/** Lexicographic order over rows of equal types. */
export function compareRows(left: readonly Value[], right: readonly Value[]): number {
  return compareValues(left, right)
}

const itemsOf = (value: object): readonly Value[] =>
  value instanceof Map ? [...(value as ReadonlyMap<Value, Value>)].flat() : (value as readonly Value[])
