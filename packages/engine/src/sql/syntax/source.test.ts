import {expect, test} from 'vitest'
import {locate} from './source.ts'

test('lines end with LF, CR LF or CR; lines and columns begin at 1', () => {
  const text = 'a\nb\r\nc\rd'
  expect([0, 2, 5, 7, 99].map(offset => locate(text, offset))).toEqual([
    {line: 1, column: 1},
    {line: 2, column: 1},
    {line: 3, column: 1},
    {line: 4, column: 1},
    {line: 4, column: 2},
  ])
})
