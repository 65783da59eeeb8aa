import {requestError} from './errors.ts'

/** A BigInt argument that the engine counts in doubles: offsets, times, sizes. Digits that would be lost are refused. */
export function safeInteger(name: string, value: number | bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw requestError('INVALID_ARGUMENT', `${name}: found ${value}, expected an integer of at most ${Number.MAX_SAFE_INTEGER}`)
}
