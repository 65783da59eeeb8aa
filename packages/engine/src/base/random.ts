/** A seeded source of randomness (mulberry32): the same seed gives the same numbers. */
export type Random = {
  /** In [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  int(below: number): number
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {next, int: below => Math.floor(next() * below)}
}
