import {expect, test} from 'vitest'
import {excerpt, locate} from './source.ts'

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

test('an excerpt marks the place in its line', () => {
  expect(excerpt('SHOW STREAMS;\nSELEECT *\nFROM s', {start: 14, end: 21})).toBe('SELEECT *\n^^^^^^^')
  expect(excerpt('SELECT', {start: 6, end: 6})).toBe('SELECT\n      ^')
})

test('an excerpt of a long line shows what is near', () => {
  const shown = excerpt(`${'a'.repeat(500)} here ${'b'.repeat(500)}`, {start: 501, end: 505})
  const [line = '', carets = ''] = shown.split('\n')
  expect(line.length).toBeLessThan(140)
  expect(line.slice(carets.indexOf('^'), carets.length)).toBe('here')
})
