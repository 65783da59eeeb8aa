import {expect, test} from 'vitest'
import {BYTES, DOUBLE, VARCHAR} from '../../schema/sql-type.ts'
import {call} from './test-call.ts'
import type {Argument} from './test-call.ts'

const on = (name: string, ...texts: string[]) => call(name, ...texts.map((text): Argument => [VARCHAR, text]))
const URL = 'https://me@shop.example.com:8443/a%20b/c?x=1&y&z=a%3Db=c#top%21'

test('the parts of a URL come out decoded', () => {
  expect(on('URL_EXTRACT_PROTOCOL', URL)).toBe('https')
  expect(on('URL_EXTRACT_HOST', URL)).toBe('shop.example.com')
  expect(on('URL_EXTRACT_PORT', URL)).toBe(8443)
  expect(on('URL_EXTRACT_PATH', URL)).toBe('/a b/c')
  expect(on('URL_EXTRACT_QUERY', URL)).toBe('x=1&y&z=a=b=c')
  expect(on('URL_EXTRACT_FRAGMENT', URL)).toBe('top!')
  expect(['x', 'y', 'z', 'w'].map(name => on('URL_EXTRACT_PARAMETER', URL, name))).toEqual(['1', '', 'a=b=c', null])
})

test('parts that a URL lacks are NULL, except for the path, which is empty', () => {
  const names = ['PROTOCOL', 'HOST', 'PORT', 'PATH', 'QUERY', 'FRAGMENT']
  expect(names.map(name => on(`URL_EXTRACT_${name}`, 'http://example.com'))).toEqual([
    'http',
    'example.com',
    null,
    '',
    null,
    null,
  ])
  expect(names.map(name => on(`URL_EXTRACT_${name}`, 'example.com/x'))).toEqual([null, null, null, 'example.com/x', null, null])
  expect(names.map(name => on(`URL_EXTRACT_${name}`, 'mailto:a@b.c'))).toEqual(['mailto', null, null, null, null, null])
  expect(on('URL_EXTRACT_HOST', 'http://my_host/')).toBe(null)
  expect(on('URL_EXTRACT_HOST', 'http://[::1]:80/')).toBe('[::1]')
})

test('what is no URL is an error', () => {
  for (const text of ['http://a b', 'http://', '://x', '%zz', ''])
    expect(() => on('URL_EXTRACT_HOST', text), text).toThrow(/syntax/)
})

test('parameters are encoded as forms encode them, and back', () => {
  expect(on('URL_ENCODE_PARAM', "a b*~'é&")).toBe('a+b*%7E%27%C3%A9%26')
  expect(on('URL_DECODE_PARAM', 'a+b%C3%A9%7E%ff')).toBe('a bé~\ufffd')
  expect(() => on('URL_DECODE_PARAM', '50%')).toThrow(/%/)
})

test('numbers are read from bytes in either order; another length is an error', () => {
  const bytes = (...values: number[]): Argument => [BYTES, Uint8Array.from(values)]
  expect(call('INT_FROM_BYTES', bytes(0xff, 0xff, 0xff, 0xfe))).toBe(-2)
  expect(call('INT_FROM_BYTES', bytes(1, 0, 0, 0), [VARCHAR, 'LITTLE_ENDIAN'])).toBe(1)
  expect(call('BIGINT_FROM_BYTES', bytes(0x80, 0, 0, 0, 0, 0, 0, 0))).toBe(-(2n ** 63n))
  expect(call('BIGINT_FROM_BYTES', bytes(0, 0, 0, 0, 0, 0, 0, 7))).toBe(7)
  expect(call('DOUBLE_FROM_BYTES', bytes(0x3f, 0xf8, 0, 0, 0, 0, 0, 0))).toBe(1.5)
  expect(() => call('INT_FROM_BYTES', bytes(1))).toThrow(/equal to 4, but found 1/)
  expect(() => call('INT_FROM_BYTES', bytes(1, 2, 3, 4), [VARCHAR, 'MIDDLE'])).toThrow(/byte order/)
})

test('GEO_DISTANCE measures along the great circle, in kilometres or miles', () => {
  const at = (...numbers: number[]) => numbers.map((value): Argument => [DOUBLE, value])
  expect(call('GEO_DISTANCE', ...at(0, 0, 0, 180))).toBeCloseTo(Math.PI * 6371, 6)
  expect(call('GEO_DISTANCE', ...at(0, 0, 90, 0), [VARCHAR, ' Miles '])).toBeCloseTo((Math.PI / 2) * 3959, 6)
  expect(() => call('GEO_DISTANCE', ...at(91, 0, 0, 0))).toThrow(/latitude/)
  expect(() => call('GEO_DISTANCE', ...at(0, 0, 0, 0), [VARCHAR, 'yards'])).toThrow(/unit/)
})

test('TO_BYTES refuses what is no base64, ENCODE skips it', () => {
  expect(on('TO_BYTES', 'AQID', 'BASE64')).toEqual(Buffer.of(1, 2, 3))
  expect(() => on('TO_BYTES', '10!', 'base64')).toThrow('no base64')
  expect(on('ENCODE', 'AQ!ID', 'base64', 'hex')).toBe('010203')
})
