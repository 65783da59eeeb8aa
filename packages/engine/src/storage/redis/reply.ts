import {assert} from '../../base/assert.ts'

/** Redis's replies, checked as they come in: a reply of another shape is a bug of ours, in a script or in what we call. */
export function arrayOf(reply: unknown): readonly unknown[] {
  assert(Array.isArray(reply), `an array was expected from Redis, not ${typeof reply}`)
  return reply
}

export function bytesOf(reply: unknown): Buffer {
  assert(Buffer.isBuffer(reply), `bytes were expected from Redis, not ${typeof reply}`)
  return reply
}

export const textOf = (reply: unknown): string => (typeof reply === 'string' ? reply : bytesOf(reply).toString())

export function numberOf(reply: unknown): number {
  const value = typeof reply === 'number' ? reply : Number(textOf(reply))
  assert(Number.isFinite(value), `a number was expected from Redis, not ${value}`)
  return value
}

/** Null stands for what is absent. */
export const orAbsent = <T>(reply: unknown, read: (present: unknown) => T): T | undefined =>
  reply === null || reply === undefined ? undefined : read(reply)

/** Field, value, field, value, …: the values are as they came. */
export function fieldsOf(reply: unknown): Map<string, Buffer> {
  const flat = arrayOf(reply)
  const fields = new Map<string, Buffer>()
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(textOf(flat[i]), bytesOf(flat[i + 1]))
  return fields
}

export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
