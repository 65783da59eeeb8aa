import fc from 'fast-check'
import {assertNever} from '../base/assert.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimal,
  DOUBLE,
  INT,
  map,
  struct,
  TIME,
  TIMESTAMP,
  VARCHAR,
} from '../schema/sql-type.ts'
import type {SqlType} from '../schema/sql-type.ts'
import {toLong, type Value} from '../schema/value.ts'

/** Any SQL type, nested up to a few levels. */
export const anyType: fc.Arbitrary<SqlType> = fc.letrec<{type: SqlType}>(tie => ({
  type: fc.oneof(
    {maxDepth: 2, withCrossShrink: true},
    fc.constantFrom(BOOLEAN, INT, BIGINT, DOUBLE, VARCHAR, BYTES, DATE, TIME, TIMESTAMP, decimal(6, 2), decimal(30, 10)),
    tie('type').map(array),
    tie('type').map(value => map(VARCHAR, value)),
    fc.array(tie('type'), {minLength: 1, maxLength: 3}).map(types => struct(types.map((type, i) => ({name: `F${i}`, type})))),
  ),
})).type

/** Any value of a type, NULL included; extremes come often. */
export const anyValue = (type: SqlType): fc.Arbitrary<Value> => fc.option(anyNonNull(type), {freq: 5})

function anyNonNull(type: SqlType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'BOOLEAN':
      return fc.boolean()
    case 'INT':
    case 'DATE':
    case 'TIME':
      return fc.oneof(fc.integer(), fc.nat(300)).map(withoutMinusZero)
    case 'BIGINT':
    case 'TIMESTAMP':
      return fc
        .oneof(fc.nat(1000).map(BigInt), fc.maxSafeInteger().map(BigInt), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))
        .map(toLong)
    case 'DOUBLE':
      return fc.double()
    case 'DECIMAL':
      return fc.bigInt(-(10n ** BigInt(type.precision)) + 1n, 10n ** BigInt(type.precision) - 1n)
    case 'VARCHAR':
      return fc.oneof(fc.string(), fc.string({unit: 'binary'}), fc.constantFrom('', '\0', '\0ÿ', 'grüße', '🦀'))
    case 'BYTES':
      return fc.uint8Array({maxLength: 10})
    case 'ARRAY':
      return fc.array(anyValue(type.element), {maxLength: 4})
    case 'MAP':
      return fc.array(fc.tuple(fc.string({maxLength: 4}), anyValue(type.value)), {maxLength: 3}).map(entries => new Map(entries))
    case 'STRUCT':
      return fc.tuple(...type.fields.map(field => anyValue(field.type)))
    default:
      return assertNever(type, 'type')
  }
}

const withoutMinusZero = (value: number): number => value + 0
