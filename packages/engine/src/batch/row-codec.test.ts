import fc from 'fast-check'
import {expect, test} from 'vitest'
import {EngineError} from '../base/errors.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {anyType, anyValue} from '../testing/arbitrary-value.ts'
import {rowCodec} from './row-codec.ts'

const anyTypedRow = fc
  .array(anyType, {maxLength: 9})
  .chain(types => fc.record({types: fc.constant(types), row: fc.tuple(...types.map(anyValue))}))

test('any row of any types comes back as it was', () => {
  fc.assert(
    fc.property(anyTypedRow, ({types, row}) => {
      const codec = rowCodec(types)
      expect(codec.decode(codec.encode(row))).toEqual(row)
      expect(
        codec.encodeAt(
          row.map(value => [null, value]),
          1,
        ),
      ).toEqual(codec.encode(row))
    }),
  )
})

test('a count takes two bytes', () => {
  expect(rowCodec([BIGINT]).encode([63])).toEqual(Uint8Array.of(0, 126))
})

test('bytes that end too soon, or go on, are refused with the code asked for', () => {
  const codec = rowCodec([VARCHAR, BIGINT], 'STATE_CORRUPT')
  const bytes = codec.encode(['a longer text, of more than twenty-four characters', 2n ** 62n])
  for (let length = 0; length < bytes.length; length++)
    expect(() => codec.decode(bytes.subarray(0, length))).toThrow(expect.objectContaining({code: 'STATE_CORRUPT'}))
  expect(() => codec.decode(Uint8Array.from([...bytes, 0]))).toThrow(EngineError)
})
