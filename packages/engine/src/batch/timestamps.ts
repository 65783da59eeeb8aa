import type {ByteReader} from './byte-reader.ts'
import type {ByteWriter} from './byte-writer.ts'
import {readNumbers, writeNumbers} from './payload.ts'

/** Instead of a width: times that are the same step apart, a double. */
const STEPS = 9

/**
 * A width in bytes (0, 1, 2, 4 or 8), and at the next multiple of eight the signed distance of each time to the first; or
 * `STEPS`, and there the step.
 */
export function writeTimestamps(writer: ByteWriter, timestamps: ArrayLike<number>, count: number): void {
  const first = timestamps[0] ?? 0
  let min = 0
  let max = 0
  const deltas = new Float64Array(count)
  const step = (timestamps[1] ?? first) - first
  let isSteady = step !== 0 && count > 1
  for (let i = 1; i < count; i++) {
    const time = timestamps[i] ?? 0
    const delta = time - first
    deltas[i] = delta
    if (time !== first + i * step) isSteady = false
    if (delta < min) min = delta
    else if (delta > max) max = delta
  }
  const width = isSteady ? STEPS : widthFor(min, max)
  writer.u8(width)
  writer.align()
  if (width === STEPS) writer.f64(step)
  else if (width === 1) writeNumbers(writer, new Int8Array(deltas))
  else if (width === 2) writeNumbers(writer, new Int16Array(deltas))
  else if (width === 4) writeNumbers(writer, new Int32Array(deltas))
  else if (width === 8) writeNumbers(writer, deltas)
  writer.align()
}

export function readTimestamps(reader: ByteReader, first: number, count: number): Float64Array {
  const width = reader.u8()
  reader.align()
  const timestamps = new Float64Array(count)
  if (width === 0) return timestamps.fill(first)
  if (width === STEPS) {
    const step = reader.f64()
    for (let i = 0; i < count; i++) timestamps[i] = first + i * step
    return timestamps
  }
  const deltas = readDeltas(reader, width, count)
  for (let i = 0; i < deltas.length; i++) timestamps[i] = first + (deltas[i] ?? 0)
  reader.align()
  return timestamps
}

function widthFor(min: number, max: number): 0 | 1 | 2 | 4 | 8 {
  if (min === 0 && max === 0) return 0
  if (min >= -0x80 && max < 0x80) return 1
  if (min >= -0x8000 && max < 0x8000) return 2
  return min >= -0x80000000 && max < 0x80000000 ? 4 : 8
}

function readDeltas(reader: ByteReader, width: number, count: number): Int8Array | Int16Array | Int32Array | Float64Array {
  if (width === 1) return readNumbers(reader, Int8Array, count)
  if (width === 2) return readNumbers(reader, Int16Array, count)
  if (width === 4) return readNumbers(reader, Int32Array, count)
  if (width === 8) return readNumbers(reader, Float64Array, count)
  throw reader.corrupt(`times of ${width} bytes`)
}
