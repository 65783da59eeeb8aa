import fc from 'fast-check'
import {expect, test} from 'vitest'
import {ObjectMaker, type ObjectColumn} from './object-maker.ts'

const rows = 5
const texts = ['a', '', 'long text', 'd', 'e']

const columns: Record<string, () => {readonly column: ObjectColumn; readonly values: readonly unknown[]}> = {
  generic: () => ({column: [1, null, 'x', 2n, undefined], values: [1, null, 'x', 2n, undefined]}),
  ints: () => ({column: Int32Array.of(1, 2, 3, 4, 5), values: [1, 2, 3, 4, 5]}),
  doubles: () => ({column: Float64Array.of(0.5, 1, 2, 3, 4), values: [0.5, 1, 2, 3, 4]}),
  texts: () => ({column: {text: texts.join(''), ends: Uint16Array.of(1, 1, 10, 11, 12)}, values: texts}),
  codes: () => ({column: {entries: ['p', 'q'], codes: Uint8Array.of(0, 1, 1, 0, 1)}, values: ['p', 'q', 'q', 'p', 'q']}),
}
const names = ['A', '__proto__', 'c d', 'D']

test('objects hold what stands in the columns, whatever sorts of columns and however many mixtures of them there are', () => {
  const maker = new ObjectMaker(names)
  const someColumn = fc.constantFrom(...Object.values(columns)).map(make => make())
  fc.assert(
    fc.property(fc.tuple(someColumn, someColumn, someColumn, someColumn), some => {
      const made = maker.make(
        some.map(({column}) => column),
        rows,
      )
      expect(made.map(object => Object.entries(object))).toEqual(
        Array.from({length: rows}, (_, row) => names.map((name, i) => [name, some[i]?.values[row]])),
      )
    }),
  )
})
