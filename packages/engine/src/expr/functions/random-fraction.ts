import {randomFillSync} from 'node:crypto'

const pool = new Uint32Array(512)
let used = pool.length

/** At least 0, below 1, with 53 random bits. */
export function randomFraction(): number {
  if (used + 2 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const high = (pool[used] ?? 0) >>> 5
  const low = (pool[used + 1] ?? 0) >>> 6
  used += 2
  return (high * 2 ** 26 + low) / 2 ** 53
}
