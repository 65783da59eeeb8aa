import {expect, test} from 'vitest'
import {expectedAt} from './expected-at.ts'

test('the beginning of a statement expects its keywords, also behind another statement', () => {
  expect(expectedAt('', 0)).toEqual(expect.arrayContaining(['SELECT', 'CREATE', 'SHOW']))
  expect(expectedAt('SHOW STREAMS; SEL', 17)).toEqual(expect.arrayContaining(['SELECT', 'CREATE']))
})

test('a place inside a statement expects what the grammar allows there', () => {
  expect(expectedAt('SELECT * FROM ', 14)).toContain('a stream or table')
  expect(expectedAt('SELECT * FROM s ', 16)).toEqual(expect.arrayContaining(['WHERE', 'GROUP', 'EMIT', 'LEFT']))
  expect(expectedAt('CREATE STREAM s', 14)).toEqual(expect.arrayContaining(['IF NOT EXISTS', 'a stream name']))
  expect(expectedAt('SELECT a FROM s EMIT ', 21)).toEqual(['CHANGES', 'FINAL'])
})

test('nothing is expected inside text, nor behind a mistake', () => {
  expect(expectedAt(`SELECT 'abc`, 11)).toEqual([])
  expect(expectedAt('SELECT FROM FROM ', 17)).toEqual([])
})
