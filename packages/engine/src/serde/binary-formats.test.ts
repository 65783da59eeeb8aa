import avsc from 'avsc'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {FormatName} from '../plan/formats.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  INT,
  map,
  struct,
  TIME,
  TIMESTAMP,
  VARCHAR,
  type SqlType,
} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {anyType, anyValue} from '../testing/arbitrary-value.ts'
import {serdeFor} from './registry.ts'
import {blobsOf} from './serde.ts'

const columnsOf = (types: readonly SqlType[]) => types.map((type, i) => ({name: `F${i}`, type}))
const bytesOf = (blob: string | Uint8Array | null) => (typeof blob === 'string' ? Buffer.from(blob) : blob)

function roundTrip(format: FormatName, types: readonly SqlType[], values: readonly Value[], settings = {}) {
  const serde = serdeFor({name: format, settings}, columnsOf(types), 'value')
  return serde.decode(
    blobsOf([
      bytesOf(
        serde.encode(
          values.map(value => [value]),
          0,
        ),
      ),
    ]),
    0,
  )
}

test('any values are read from AVRO as they were written', () => {
  const row = fc
    .array(anyType, {minLength: 1, maxLength: 3})
    .chain(types => fc.tuple(fc.constant(types), fc.tuple(...types.map(anyValue))))
  fc.assert(
    fc.property(row, ([types, values]) => {
      expect(roundTrip('AVRO', types, values)).toEqual(wellFormed(values))
    }),
  )
})

/** Texts as UTF-8 can hold them. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value).toString()
  if (value instanceof Map) return new Map(Array.from(value, ([key, each]) => [wellFormed(key), wellFormed(each)]))
  return Array.isArray(value) ? value.map(wellFormed) : value
}

test('AVRO is what the library reads under the schema that follows from the columns', () => {
  const serde = serdeFor(
    {name: 'AVRO', settings: {}},
    [
      {name: 'A', type: INT},
      {name: 'B', type: VARCHAR},
    ],
    'value',
  )
  const type = avsc.Type.forSchema({
    type: 'record',
    name: 'R',
    fields: [
      {name: 'A', type: ['null', 'int']},
      {name: 'B', type: ['null', 'string']},
    ],
  })
  expect(type.fromBuffer(Buffer.from(serde.encode([[7], ['x']], 0) ?? []))).toEqual({A: 7, B: 'x'})
})

const scalars = [BOOLEAN, INT, BIGINT, DOUBLE, VARCHAR]
const rich = [
  decimal(30, 2),
  DATE,
  TIME,
  TIMESTAMP,
  struct([{name: 'X', type: array(array(BIGINT))}]),
  map(VARCHAR, array(VARCHAR)),
]

test('PROTOBUF keeps values of every type', () => {
  const values = [true, -5, 2n ** 63n - 1n, -0.5, 'grüße']
  expect(roundTrip('PROTOBUF', scalars, values)).toEqual(values)
  const nested = [-(10n ** 29n), -719_000, 86_399_999, -1, [[[1, -(2n ** 63n)], []]], new Map([['k', ['v', '']]])]
  expect(roundTrip('PROTOBUF_NOSR', rich, nested)).toEqual(nested)
})

test('PROTOBUF turns NULL scalars, lists and maps into defaults; messages stay NULL', () => {
  expect(
    roundTrip(
      'PROTOBUF',
      scalars,
      scalars.map(() => null),
    ),
  ).toEqual([false, 0, 0, 0, ''])
  expect(
    roundTrip(
      'PROTOBUF',
      rich,
      rich.map(() => null),
    ),
  ).toEqual([null, null, null, null, null, new Map()])
  expect(roundTrip('PROTOBUF', [array(VARCHAR)], [['a', null]])).toEqual([['a', '']])
})

test('PROTOBUF tells NULL from defaults where the representation says how', () => {
  for (const nullable_representation of ['OPTIONAL', 'WRAPPER']) {
    const settings = {nullable_representation}
    for (const values of [
      [null, 0, null, 0, null],
      [false, null, 0, null, ''],
    ])
      expect(roundTrip('PROTOBUF', scalars, values, settings)).toEqual(values)
  }
})

test('bytes of another form are refused as invalid records', () => {
  const invalid = expect.objectContaining({code: 'RECORD_INVALID'})
  const decode = (format: FormatName, types: readonly SqlType[], bytes: Uint8Array) =>
    serdeFor({name: format, settings: {}}, columnsOf(types), 'value').decode(blobsOf([bytes]), 0)
  expect(() => decode('AVRO', scalars, Uint8Array.of(2, 1, 9))).toThrow(invalid)
  expect(() => decode('PROTOBUF', scalars, Uint8Array.of(0x0f, 0xff, 0xff))).toThrow(invalid)
  expect(() => decode('KAFKA', [INT], Uint8Array.of(1, 2, 3))).toThrow(invalid)
})

test('KAFKA writes what its serializers write', () => {
  const write = (type: SqlType, value: Value) =>
    serdeFor({name: 'KAFKA', settings: {}}, columnsOf([type]), 'key').encode([[value]], 0)
  expect(write(INT, -2)).toEqual(Uint8Array.of(255, 255, 255, 254))
  expect(write(BIGINT, 2n ** 62n)).toEqual(Uint8Array.of(64, 0, 0, 0, 0, 0, 0, 0))
  expect(write(DOUBLE, 1)).toEqual(Uint8Array.of(0x3f, 0xf0, 0, 0, 0, 0, 0, 0))
  expect(write(VARCHAR, 'ü')).toBe('ü')
  for (const [type, value] of [
    [INT, -2],
    [BIGINT, 2n ** 62n],
    [DOUBLE, 0.1],
    [VARCHAR, 'ü'],
  ] as const)
    expect(roundTrip('KAFKA', [type], [value])).toEqual([value])
})

test('DELIMITED quotes as commons-csv does, and reads what it wrote', () => {
  const columns = columnsOf([decimal(6, 2), VARCHAR, DOUBLE, VARCHAR])
  const serde = serdeFor({name: 'DELIMITED', settings: {}}, columns, 'value')
  const row: Value[] = [-1234n, 'a,"b"\nc', 1e10, null]
  const text = serde.encode(
    row.map(value => [value]),
    0,
  )
  expect(text).toBe('"-12.34","a,""b""\nc",1.0E10,')
  expect(serde.decode(blobsOf([bytesOf(text)]), 0)).toEqual(row)
  const tabbed = serdeFor({name: 'DELIMITED', settings: {delimiter: 'TAB'}}, columnsOf([INT, VARCHAR]), 'value')
  expect(tabbed.decode(blobsOf([Buffer.from('1\tx')]), 0)).toEqual([1, 'x'])
  for (const line of ['', '1', '1\tx\ty', 'x\ty'])
    expect(() => tabbed.decode(blobsOf([Buffer.from(line)]), 0), line).toThrow(expect.objectContaining({code: 'RECORD_INVALID'}))
})
