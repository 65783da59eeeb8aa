import type {SqlMap, Value} from '../../schema/value.ts'

/**
 * The entries of a map in the order of a Java HashMap of their number: by the bucket of the key's hash, in a
 * bucket as they came. Functions that go through a map are defined over this order, so that a REDUCE whose lambda minds the
 * order gives what ksqlDB gives.
 */
export function inJavaOrder(map: SqlMap): [key: Value, value: Value][] {
  const mask = capacityFor(map.size) - 1
  const placed = Array.from(map, entry => ({entry, bucket: hashOf(String(entry[0])) & mask}))
  return placed.toSorted((left, right) => left.bucket - right.bucket).map(({entry}) => entry)
}

/** The smallest power of two that is filled to three quarters at most. */
function capacityFor(size: number): number {
  let capacity = 1
  while (capacity * 0.75 < size) capacity *= 2
  return capacity
}

/** `String.hashCode`, spread as HashMap does. */
function hashOf(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash ^ (hash >>> 16)
}
