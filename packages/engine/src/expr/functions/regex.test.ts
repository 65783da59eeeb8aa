import fc from 'fast-check'
import {expect, test} from 'vitest'
import {INT, VARCHAR} from '../../schema/sql-type.ts'
import {compileJavaRegex} from './java-regex.ts'
import {REGEX_INPUT_MAX} from './regex.ts'
import {call} from './test-call.ts'

const find = (pattern: string, input: string) => call('REGEXP_EXTRACT', [VARCHAR, pattern], [VARCHAR, input])
const group = (pattern: string, input: string, index: number) =>
  call('REGEXP_EXTRACT', [VARCHAR, pattern], [VARCHAR, input], [INT, index])
const replace = (input: string, pattern: string, by: string) =>
  call('REGEXP_REPLACE', [VARCHAR, input], [VARCHAR, pattern], [VARCHAR, by])
const split = (input: string, pattern: string) => call('REGEXP_SPLIT_TO_ARRAY', [VARCHAR, input], [VARCHAR, pattern])
const all = (pattern: string, input: string) => call('REGEXP_EXTRACT_ALL', [VARCHAR, pattern], [VARCHAR, input])

test('REGEXP_EXTRACT gives the first match or one of its groups', () => {
  expect(find('b+', 'abbbcb')).toBe('bbb')
  expect(find('x', 'abc')).toBe(null)
  expect(group('(a)|(b)', 'b', 1)).toBe(null)
  expect(group('(a)|(b)', 'b', 2)).toBe('b')
  expect(group('(a)', 'a', 2)).toBe(null)
  expect(() => group('(a)', 'a', -1)).toThrow(/negative/)
})

test('REGEXP_EXTRACT_ALL gives every match, none as an empty array', () => {
  expect(all('\\d+', 'a1b22')).toEqual(['1', '22'])
  expect(all('x', 'a')).toEqual([])
})

test('REGEXP_REPLACE reads replacements as Java does', () => {
  expect(replace('2024-05', '(\\d+)-(\\d+)', '$2/$1')).toBe('05/2024')
  expect(replace('ab', '(?<first>a)', '[${first}]')).toBe('[a]b')
  expect(replace('ab', 'a', '\\$1')).toBe('$1b')
  expect(replace('ab', '(a)', '$12')).toBe('a2b')
  expect(replace('abc', '', '-')).toBe('-a-b-c-')
  expect(() => replace('ab', 'a', '$1')).toThrow(/group 1/)
  expect(() => replace('ab', 'a', '$x')).toThrow(/not valid/)
})

test('REGEXP_SPLIT_TO_ARRAY keeps empty parts, except for patterns that match nothing', () => {
  expect(split('xaxbx', 'x')).toEqual(['', 'a', 'b', ''])
  expect(split('abc', '')).toEqual(['a', 'b', 'c'])
  expect(split('a1b22', '\\d*')).toEqual(['a', '', 'b'])
  expect(split('', 'x')).toEqual([''])
})

test('Java’s own syntax means what it means in Java', () => {
  expect(find('(?i)warn', 'a WARN')).toBe('WARN')
  expect(find('(?i:w)arn', 'WARN')).toBe(null)
  expect(find('(?i)[k-m]', '\u212a L')).toBe('L')
  expect(find('\\p{Upper}\\p{Alpha}+', 'xAb1')).toBe('Ab')
  expect(find('\\p{IsAlphabetic}+', '1äß')).toBe('äß')
  expect(find('\\pL+', '1äß')).toBe('äß')
  expect(find('[a-z&&[^aeiou]]+', 'aebcd')).toBe('bcd')
  expect(find('[[a-c]x]+', '1axb')).toBe('axb')
  expect(find('[]a]+', 'a]')).toBe('a]')
  expect(find('\\Qa.b\\E+', 'axb a.bb')).toBe('a.bb')
  expect(find('a++a', 'aaa')).toBe(null)
  expect(find('(?>a|ab)c', 'abc')).toBe(null)
  expect(group('(a)++(b)', 'aab', 2)).toBe('b')
  expect(find('(\\w)\\1', 'abccd')).toBe('cc')
  expect(find('(?<q>[\'"]).*?\\k<q>', 'say "it\'s"')).toBe('"it\'s"')
  expect(find('(?x) a b # comment', 'ab')).toBe('ab')
  expect(find('(?s)a.b', 'a\nb')).toBe('a\nb')
  expect(find('a.b', 'a\u0085b')).toBe(null)
  expect(find('b$', 'ab\n')).toBe('b')
  expect(find('b\\z', 'ab\n')).toBe(null)
  expect(find('(?m)^b$', 'a\nb\nc')).toBe('b')
  expect(find('\\x41\\u0042\\x{43}\\0104\\t', 'ABCD\t')).toBe('ABCD\t')
  expect(find('\\h\\R', 'x \r\n')).toBe(' \r\n')
  expect(find('[\\w.-]+@\\w+', 'to: a.b-c@d')).toBe('a.b-c@d')
  expect(find('a{2,3}', 'aaaa')).toBe('aaa')
  expect(find('.', '😀')).toBe('😀')
  expect(find('[^\\]\\[]+', '[a]')).toBe('a')
})

test('a pattern that is not valid is an error that shows it', () => {
  for (const pattern of ['(', ')', '[a', '*a', 'a\\', '\\p{Nonsense}', '(?<n>a)(?<n>b)', '\\y', '[z-a]', 'a**'])
    expect(() => find(pattern, 'a'), pattern).toThrow(/Invalid regular expression pattern/)
})

test('texts over the bound are refused', () => {
  expect(() => find('a', 'b'.repeat(REGEX_INPUT_MAX + 1))).toThrow(/too long/)
})

test('any text, quoted, matches itself and nothing else', () => {
  fc.assert(
    fc.property(
      fc.string({minLength: 1}).filter(text => !text.includes('\\E')),
      text => {
        const {expression} = compileJavaRegex(`\\A\\Q${text}\\E\\z`)
        expect(new RegExp(expression).test(text)).toBe(true)
        expect(new RegExp(expression).test(`${text}x`)).toBe(false)
      },
    ),
  )
})
