import fc from 'fast-check'
import {expect, test} from 'vitest'
import {decodeMarks, encodeMarks, LogMarks} from './log-marks.ts'

/** A batch of which only the checksum counts. */
function batch(baseOffset: number, checksum = baseOffset * 7) {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setUint32(4, checksum, true)
  return {baseOffset, count: 10, maxTimestampMs: 0, bytes}
}

function after(batches: number): LogMarks {
  const marks = new LogMarks()
  for (let i = 0; i < batches; i++) marks.add(batch(10 * i))
  return marks
}

test('a commit goes with the batch that holds its last record, and ever older ones', () => {
  const bases = after(2000)
    .below(19_995)
    .map(({base}) => base)
  expect(bases[0]).toBe(19_990)
  const distances = bases.map(base => (19_990 - base) / 10)
  expect(distances).toHaveLength(6)
  for (const [i, least] of [0, 1, 8, 64, 512].entries()) {
    expect(distances[i]).toBeGreaterThanOrEqual(least)
    expect(distances[i]).toBeLessThan(4 * Math.max(least, 1))
  }
  expect(after(3).below(0)).toEqual([])
  expect(after(3).below(10)).toEqual([{base: 0, checksum: 0, turn: 1}])
})

test('all late batches are kept, and few of the many before', () => {
  const bases = after(100_000).all.map(({base}) => base)
  expect(bases.slice(-16)).toEqual(Array.from({length: 16}, (_, i) => 10 * (99_984 + i)))
  expect(bases.length).toBeLessThanOrEqual(64)
  expect(bases[0]).toBeLessThan(500_000)
})

test('what goes with a commit is where the next member begins', () => {
  const committed = after(100).below(1000)
  const next = new LogMarks(committed)
  expect(next.all.map(({base}) => base)).toEqual(committed.map(({base}) => base).reverse())
  next.add(batch(1000))
  expect(next.below(1010).map(({base}) => base)).toEqual([1000, ...committed.filter((_, i) => i !== 1).map(({base}) => base)])
})

test('marks are read as they were written', () => {
  const mark = fc.record({base: fc.maxSafeNat(), checksum: fc.nat(2 ** 32 - 1)})
  fc.assert(
    fc.property(fc.array(mark, {maxLength: 6}), found => {
      const marks = found.toSorted((one, other) => other.base - one.base)
      expect(decodeMarks(encodeMarks(marks))).toEqual(marks)
    }),
  )
})
