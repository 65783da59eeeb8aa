import {expect, test} from 'vitest'
import {bytes, compact, exact, plural} from './format.ts'
import {printJson} from './json.ts'

test('counts are short, and exact where all digits are asked for', () => {
  expect([0, 999, 12_345, '4560000', '9007199254740993'].map(compact)).toEqual(['0', '999', '12.3K', '4.56M', '9010T'])
  expect(exact('9007199254740993')).toBe('9,007,199,254,740,993')
  expect([bytes(512), bytes(1536), bytes('1073741824')]).toEqual(['512 B', '1.5 KiB', '1.0 GiB'])
  expect([plural(1, 'row'), plural('2', 'row')]).toEqual(['1 row', '2 rows'])
})

test('long integers keep their digits in printed JSON', () => {
  expect(printJson({id: 9007199254740993n, name: 'a', list: [1n]})).toBe('{"id":9007199254740993,"name":"a","list":[1]}')
})
