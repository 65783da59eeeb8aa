/** The array, or a larger copy that has the index; what is new holds -1. */
export function grown(array: Int32Array, index: number): Int32Array {
  if (index < array.length) return array
  const larger = new Int32Array(Math.max(index + 1, array.length * 2, 64)).fill(-1, array.length)
  larger.set(array)
  return larger
}
