import {expect, test} from 'vitest'
import {BYTES, INT, VARCHAR} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {call, callTyped} from './test-call.ts'
import type {Argument} from './test-call.ts'

const s = (value: string | null): Argument => [VARCHAR, value]
const i = (value: number | null): Argument => [INT, value]
const b = (text: string): Argument => [BYTES, Buffer.from(text)]
const textOf = (value: Value) => Buffer.from(value as Uint8Array).toString()

test('CONCAT leaves NULL arguments out, CONCAT_WS gives NULL only for a NULL separator', () => {
  expect(call('CONCAT', s('a'), s(null), s('b'))).toBe('ab')
  expect(call('CONCAT', s(null))).toBe('')
  expect(textOf(call('CONCAT', b('x'), b('yz')))).toBe('xyz')
  expect(call('CONCAT_WS', s('-'), s('a'), s(null), s('b'))).toBe('a-b')
  expect(call('CONCAT_WS', s(null), s('a'))).toBe(null)
  expect(textOf(call('CONCAT_WS', b('-'), b('a'), b('b')))).toBe('a-b')
})

test('INSTR finds from the left or, with a negative position, from the right', () => {
  expect(call('INSTR', s('banana'), s('an'))).toBe(2)
  expect(call('INSTR', s('banana'), s('an'), i(3))).toBe(4)
  expect(call('INSTR', s('banana'), s('an'), i(1), i(2))).toBe(4)
  expect(call('INSTR', s('banana'), s('ana'), i(-1))).toBe(4)
  expect(call('INSTR', s('banana'), s('a'), i(-1), i(3))).toBe(2)
  expect(call('INSTR', s('banana'), s('a'), i(-1), i(4))).toBe(0)
  expect(call('INSTR', s('banana'), s('x'), i(3))).toBe(0)
  expect(call('INSTR', s('banana'), s('a'), i(0))).toBe(0)
  expect(call('INSTR', s('banana'), s('a'), i(7))).toBe(0)
  expect(call('INSTR', s('banana'), s(null))).toBe(0)
})

test('SUBSTRING counts from 1, from the end for negative positions, and never leaves the text', () => {
  expect(call('SUBSTRING', s('stream'), i(3))).toBe('ream')
  expect(call('SUBSTRING', s('stream'), i(0), i(2))).toBe('st')
  expect(call('SUBSTRING', s('stream'), i(-3), i(2))).toBe('ea')
  expect(call('SUBSTRING', s('stream'), i(99))).toBe('')
  expect(call('SUBSTRING', s('stream'), i(2), i(-1))).toBe('')
  expect(textOf(call('SUBSTRING', b('stream'), i(2), i(2)))).toBe('tr')
  expect(callTyped('SUBSTRING', [s('stream'), i(1), i(3)], {'ksql.functions.substring.legacy.args': 'true'}).value).toBe('tr')
})

test('LPAD and RPAD fill up, cut off, and give NULL for an empty padding or a negative length', () => {
  expect(call('LPAD', s('log'), i(8), s('ab'))).toBe('ababalog')
  expect(call('RPAD', s('log'), i(2), s('ab'))).toBe('lo')
  expect(call('LPAD', s('log'), i(5), s(''))).toBe(null)
  expect(call('RPAD', s('log'), i(-1), s('x'))).toBe(null)
  expect(textOf(call('LPAD', b('log'), i(8), b('ab')))).toBe('ababalog')
  expect(textOf(call('RPAD', b('log'), i(6), b('ab')))).toBe('logaba')
  expect(() => call('LPAD', s('log'), i(2_000_000_000), s('x'))).toThrow(/padding may reach/)
})

test('SPLIT keeps empty parts and splits between characters for an empty delimiter', () => {
  expect(call('SPLIT', s('a||b|'), s('|'))).toEqual(['a', '', 'b', ''])
  expect(call('SPLIT', s('ab'), s(''))).toEqual(['a', 'b'])
  expect(call('SPLIT', s(''), s(''))).toEqual([''])
  expect((call('SPLIT', b('a--b--'), b('--')) as Value[]).map(textOf)).toEqual(['a', 'b', ''])
})

test('SPLIT_TO_MAP drops entries without the second delimiter; the last of equal keys wins', () => {
  expect(call('SPLIT_TO_MAP', s('a=1&b&a=2&c='), s('&'), s('='))).toEqual(new Map([['a', '2'], ['c', '']])) // prettier-ignore
  expect(call('SPLIT_TO_MAP', s('a=1'), s('='), s('='))).toBe(null)
})

test('LEN counts UTF-16 units, CHR takes whole code points', () => {
  expect(call('LEN', s('a😀'))).toBe(3)
  expect(call('CHR', i(0x1f600))).toBe('😀')
  expect(call('CHR', i(-1))).toBe(null)
  expect(call('CHR', s('\\u0041'))).toBe('A')
  expect(call('CHR', s('\\ud83d\\ude00'))).toBe('😀')
  expect(call('CHR', s('A'))).toBe(null)
})

test('ELT and FIELD count from 1 and are each other’s inverse', () => {
  expect(call('ELT', i(2), s('a'), s('b'))).toBe('b')
  expect(call('ELT', i(0), s('a'))).toBe(null)
  expect(call('FIELD', s('b'), s(null), s('b'))).toBe(2)
  expect(call('FIELD', s(null), s(null))).toBe(0)
})

test('TRIM removes what Java’s trim removes: everything up to the space, nothing above', () => {
  expect(call('TRIM', s('\u0001\t x\u00a0 \n'))).toBe('x\u00a0')
})

test('REPLACE takes both texts literally, dollar signs too', () => {
  expect(call('REPLACE', s('a.b.c'), s('.'), s('$&'))).toBe('a$&b$&c')
  expect(call('REPLACE', s('ab'), s(null), s('x'))).toBe(null)
})

test('INITCAP works on words between white space', () => {
  expect(call('INITCAP', s('the  QUICK brOWN-fox'))).toBe('The  Quick Brown-fox')
})

test('ENCODE, TO_BYTES and FROM_BYTES know hex, utf8, ascii and base64', () => {
  expect(call('ENCODE', s('0x4D69'), s('hex'), s('utf8'))).toBe('Mi')
  expect(call('ENCODE', s("X'4d69'"), s('HEX'), s('base64'))).toBe('TWk=')
  expect(call('ENCODE', s('äb'), s('ascii'), s('hex'))).toBe('3f62')
  expect(call('ENCODE', s('c3a4'), s('hex'), s('ascii'))).toBe('\ufffd\ufffd')
  expect(() => call('ENCODE', s('xyz'), s('hex'), s('utf8'))).toThrow(/hexadecimal/)
  expect(() => call('ENCODE', s('a'), s('utf8'), s('utf-16'))).toThrow(/supported are/)
  expect(call('FROM_BYTES', b('Mi'), s('hex'))).toBe('4D69')
  expect(textOf(call('TO_BYTES', s('TWk='), s('base64')))).toBe('Mi')
})

test('masks replace by Unicode category, keep a class for NULL, and refuse negative counts', () => {
  expect(call('MASK', s('Mühle-42'))).toBe('Xxxxx-nn')
  expect(call('MASK', s('Ab-1'), s('#'), s(null), s(null), s('?'))).toBe('#b?1')
  expect(call('MASK_LEFT', s('Abc123'), i(4))).toBe('Xxxn23')
  expect(call('MASK_RIGHT', s('Abc123'), i(99))).toBe('Xxxnnn')
  expect(call('MASK_KEEP_LEFT', s('Abc123'), i(2))).toBe('Abxnnn')
  expect(call('MASK_KEEP_RIGHT', s('Abc123'), i(2))).toBe('Xxxn23')
  expect(call('MASK_KEEP_RIGHT', s(null), i(2))).toBe(null)
  expect(() => call('MASK_LEFT', s('a'), i(-1))).toThrow(/non-negative/)
  expect(() => call('MASK', s('a'), s('xx'), s(null), s(null), s(null))).toThrow(/single character/)
})

test('UUID of 16 bytes is their hexadecimal text, of other lengths NULL, and random without', () => {
  expect(call('UUID', [BYTES, Uint8Array.from({length: 16}, (_, at) => at)])).toBe('00010203-0405-0607-0809-0a0b0c0d0e0f')
  expect(call('UUID', b('short'))).toBe(null)
  expect(call('UUID')).not.toBe(call('UUID'))
})

test('MD5 hashes the UTF-8 bytes', () => {
  expect(call('MD5', s('ä'))).toBe('8419b71c87a225a2c70b50486fbee545')
})
