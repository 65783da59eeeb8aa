import {expect, test} from 'vitest'
import {vectorOf} from '../chunk/chunk.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {describeSchema} from './descriptor.ts'
import {encodeColumns} from './encode-batch.ts'
import {checkBatch} from './header.ts'

const descriptor = describeSchema({
  key: [],
  value: [
    {name: 'ID', type: BIGINT},
    {name: 'CITY', type: VARCHAR},
  ],
})

function batchOf(count: number, compression?: 'none' | 'zstd') {
  const ids = Array.from({length: count}, (_, i) => i)
  const columns = [vectorOf(ids), vectorOf(ids.map(id => `a city with a long name, number ${id}`))]
  return checkBatch(encodeColumns({count, columns, timestamps: ids}, descriptor, compression ? {compression} : {}))
}

test('columns are compressed where there is enough of them, unless that is turned off', () => {
  expect(batchOf(500).compression).toBe('zstd')
  expect(batchOf(10, 'zstd').compression).toBe('none')
  expect(batchOf(500, 'none').compression).toBe('none')
})
