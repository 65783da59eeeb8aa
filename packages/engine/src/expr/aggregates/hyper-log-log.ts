/**
 * HyperLogLog: how many different hashes were seen, in a state of bounded size. Up to 512 hashes the state is the hashes
 * themselves, sorted, 8 bytes each, and the answer exact; then it is 2^14 registers of a byte, with a standard error of 0.8 %.
 * Register i holds the most leading zeros, plus one, of the hashes whose first 14 bits are i. The estimate is O. Ertl's ("New
 * cardinality estimation algorithms for HyperLogLog sketches", 2017), which needs no correction tables.
 */
const INDEX_BITS = 14
const REGISTERS = 1 << INDEX_BITS
const RANK_MAX = 64 - INDEX_BITS + 1
const HASHES_MAX = 512
const HASH_BYTES = 8

/** Returns the same bytes if nothing changed; else new ones. */
export function addHash(state: Uint8Array, high: number, low: number): Uint8Array {
  if (state.length === REGISTERS) return raise(state, high, low)
  const place = placeOf(state, high, low)
  if (place < state.length && compareAt(state, place, high, low) === 0) return state
  if (state.length === HASHES_MAX * HASH_BYTES) return raise(toRegisters(state), high, low)
  const grown = new Uint8Array(state.length + HASH_BYTES)
  grown.set(state.subarray(0, place))
  grown.set(state.subarray(place), place + HASH_BYTES)
  const view = viewOf(grown)
  view.setUint32(place, high)
  view.setUint32(place + 4, low)
  return grown
}

export function mergeSketches(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (right.length === REGISTERS) {
    const registers = left.length === REGISTERS ? left.slice() : toRegisters(left)
    for (let i = 0; i < REGISTERS; i++) registers[i] = Math.max(registers[i] ?? 0, right[i] ?? 0)
    return registers
  }
  const view = viewOf(right)
  let merged = left
  for (let at = 0; at < right.length; at += HASH_BYTES) merged = addHash(merged, view.getUint32(at), view.getUint32(at + 4))
  return merged
}

export const cardinality = (state: Uint8Array): number =>
  state.length === REGISTERS ? estimate(state) : state.length / HASH_BYTES

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

function compareAt(state: Uint8Array, at: number, high: number, low: number): number {
  const view = viewOf(state)
  return view.getUint32(at) - high || view.getUint32(at + 4) - low
}

/** The byte position of the first hash that is not below. */
function placeOf(state: Uint8Array, high: number, low: number): number {
  let [from, to] = [0, state.length / HASH_BYTES]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (compareAt(state, middle * HASH_BYTES, high, low) < 0) from = middle + 1
    else to = middle
  }
  return from * HASH_BYTES
}

function rankOf(high: number, low: number): number {
  const rest = (high << INDEX_BITS) >>> 0
  if (rest !== 0) return Math.clz32(rest) + 1
  return Math.min(32 - INDEX_BITS + Math.clz32(low) + 1, RANK_MAX)
}

function raise(registers: Uint8Array, high: number, low: number): Uint8Array {
  const index = high >>> (32 - INDEX_BITS)
  const rank = rankOf(high, low)
  if (rank <= (registers[index] ?? 0)) return registers
  const raised = registers.slice()
  raised[index] = rank
  return raised
}

function toRegisters(hashes: Uint8Array): Uint8Array {
  const registers = new Uint8Array(REGISTERS)
  const view = viewOf(hashes)
  for (let at = 0; at < hashes.length; at += HASH_BYTES) {
    const [high, low] = [view.getUint32(at), view.getUint32(at + 4)]
    const index = high >>> (32 - INDEX_BITS)
    registers[index] = Math.max(registers[index] ?? 0, rankOf(high, low))
  }
  return registers
}

function estimate(registers: Uint8Array): number {
  const counts = Array.from({length: RANK_MAX + 1}, () => 0)
  for (const rank of registers) counts[rank] = (counts[rank] ?? 0) + 1
  let sum = REGISTERS * tau(1 - (counts[RANK_MAX] ?? 0) / REGISTERS)
  for (let rank = RANK_MAX - 1; rank >= 1; rank--) sum = 0.5 * (sum + (counts[rank] ?? 0))
  sum += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS)
  return Math.round((REGISTERS * REGISTERS) / (2 * Math.LN2 * sum))
}

function sigma(start: number): number {
  if (start === 1) return Infinity
  let [x, y, z] = [start, 1, start]
  for (let before = -1; before !== z;) {
    x *= x
    before = z
    z += x * y
    y += y
  }
  return z
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0
  let [x, y, z] = [start, 1, 1 - start]
  for (let before = -1; before !== z;) {
    x = Math.sqrt(x)
    before = z
    y *= 0.5
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}
