/** Murmur2 as Kafka's clients compute it (Utils.murmur2, 32 bits, their seed); signed. */
export function murmur2(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const length = to - from
  let hash = 0x9747b28c ^ length
  const whole = from + (length & ~3)
  for (let i = from; i < whole; i += 4) {
    const word = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24)
    const mixed = Math.imul(word, MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed ^ (mixed >>> 24), MULTIPLIER)
  }
  if (length & 3) {
    let rest = bytes[whole] ?? 0
    if ((length & 3) > 1) rest |= (bytes[whole + 1] ?? 0) << 8
    if ((length & 3) > 2) rest |= (bytes[whole + 2] ?? 0) << 16
    hash = Math.imul(hash ^ rest, MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}

const MULTIPLIER = 0x5bd1e995
