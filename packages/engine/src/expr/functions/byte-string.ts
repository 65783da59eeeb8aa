import {EvaluationError} from '../evaluation-error.ts'

/** String operations on BYTES. */

export const concatBytes = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

/** NULL for an empty padding or a negative length. */
export function padBytes(input: Uint8Array, target: number, padding: Uint8Array, side: 'left' | 'right'): Uint8Array | null {
  if (padding.length === 0 || target < 0) return null
  checkPaddedLength(target)
  const result = Buffer.alloc(target)
  const kept = Math.min(input.length, target)
  const start = side === 'left' ? target - kept : 0
  for (let i = 0; i < target; i++) {
    const at = side === 'left' ? i : i - kept
    result[i] = i >= start && i < start + kept ? (input[i - start] ?? 0) : (padding[at % padding.length] ?? 0)
  }
  return result
}

/** The longest LPAD or RPAD result, in UTF-16 units or bytes: a length from a record must not be able to exhaust the memory. */
const PADDED_LENGTH_MAX = 16 * 1024 * 1024

export function checkPaddedLength(length: number): void {
  if (length > PADDED_LENGTH_MAX)
    throw new EvaluationError(`length ${length} is more than the ${PADDED_LENGTH_MAX} that padding may reach`)
}

/** An empty delimiter splits between all bytes; empty input is one empty part. */
export function splitBytes(input: Uint8Array, delimiter: Uint8Array): Uint8Array[] {
  if (input.length === 0) return [input]
  if (delimiter.length === 0) return Array.from(input, byte => Uint8Array.of(byte))
  const parts: Uint8Array[] = []
  const haystack = Buffer.from(input.buffer, input.byteOffset, input.length)
  let from = 0
  for (let at = haystack.indexOf(delimiter); at >= 0; at = haystack.indexOf(delimiter, from)) {
    parts.push(input.slice(from, at))
    from = at + delimiter.length
  }
  parts.push(input.slice(from))
  return parts
}
