import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {SqlType} from '../schema/sql-type.ts'
import {VARCHAR} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {anyType, anyValue} from '../testing/arbitrary-value.ts'
import {keyCodec, prefixEnd} from './key-codec.ts'

const hasMap = (type: SqlType): boolean =>
  type.kind === 'MAP' ||
  (type.kind === 'ARRAY' && hasMap(type.element)) ||
  (type.kind === 'STRUCT' && type.fields.some(field => hasMap(field.type)))

const anyKeys = fc
  .array(
    anyType.filter(type => !hasMap(type)),
    {minLength: 1, maxLength: 3},
  )
  .chain(types => {
    const key = fc.tuple(...types.map(anyValue))
    const near = fc.tuple(key, key).map(([left, right]) => [left, [...left.slice(0, 1), ...right.slice(1)]] as const)
    return fc.record({types: fc.constant(types), keys: fc.oneof(fc.tuple(key, key), near)})
  })
const anyWindow = fc.option(fc.record({startMs: fc.maxSafeInteger(), endMs: fc.nat()}), {nil: undefined})

/** The order of keys, said without bytes. */
function compare(left: Value, right: Value): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null)
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(left, right)
  if (typeof left === 'string' && typeof right === 'string') return compareLists(codePoints(left), codePoints(right))
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareLists([...left], [...right])
  if (Array.isArray(left) && Array.isArray(right)) return compareLists(left, right)
  return left < right ? -1 : left > right ? 1 : 0
}

const codePoints = (text: string) => Array.from(text, char => char.codePointAt(0) ?? 0)

function compareNumbers(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
  return left - right || Number(Object.is(right, -0)) - Number(Object.is(left, -0))
}

function compareLists(left: readonly Value[], right: readonly Value[]): number {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compare(left[i] ?? null, right[i] ?? null)
    if (order !== 0) return order
  }
  return left.length - right.length
}

test('the order of key bytes is the order of keys', () => {
  fc.assert(
    fc.property(anyKeys, ({types, keys: [left, right]}) => {
      const codec = keyCodec(types)
      expect(Math.sign(Buffer.compare(codec.encode(left), codec.encode(right)))).toBe(Math.sign(compareLists(left, right)))
    }),
    {numRuns: 500},
  )
})

test('any key comes back as it was, with its window', () => {
  fc.assert(
    fc.property(anyKeys, anyWindow, ({types, keys: [key]}, window) => {
      const codec = keyCodec(types)
      const bytes = codec.encode(key, window)
      expect(codec.decode(bytes)).toEqual({key, ...(window && {window})})
      expect(
        codec.encodeAt(
          key.map(value => [value]),
          0,
          window,
        ),
      ).toEqual(bytes)
      for (let length = 0; length < codec.encode(key).length; length++)
        expect(() => codec.decode(bytes.subarray(0, length))).toThrow(expect.objectContaining({code: 'STATE_CORRUPT'}))
    }),
  )
})

test('equal maps have equal bytes whatever their order', () => {
  const codec = keyCodec([{kind: 'MAP', key: VARCHAR, value: VARCHAR}])
  const entries: [string, string][] = [
    ['b', '1'],
    ['a', '2'],
  ]
  expect(codec.encode([new Map(entries)])).toEqual(codec.encode([new Map(entries.toReversed())]))
})

test('windows of a key lie between its bytes and the end of its prefix, those of other keys do not', () => {
  const codec = keyCodec([VARCHAR])
  const prefix = codec.encode(['a'])
  const end = prefixEnd(prefix) ?? Uint8Array.of()
  const isWithin = (bytes: Uint8Array) => Buffer.compare(bytes, prefix) >= 0 && Buffer.compare(bytes, end) < 0
  expect(isWithin(codec.encode(['a'], {startMs: 2 ** 52, endMs: 2 ** 52 + 1}))).toBe(true)
  expect(isWithin(codec.encode(['a\0'], {startMs: 0, endMs: 1}))).toBe(false)
  expect(isWithin(codec.encode(['aa'], {startMs: 0, endMs: 1}))).toBe(false)
})
