import fc from 'fast-check'
import {expect, test} from 'vitest'
import {matchesLike, parseLike} from './like.ts'

const like = (text: string, pattern: string, escape?: string) => matchesLike(text, parseLike(pattern, escape))

/** The definition, by trying every split. */
function byDefinition(text: string, pattern: string): boolean {
  if (pattern === '') return text === ''
  const [head, rest] = [pattern.charAt(0), pattern.slice(1)]
  if (head === '%') return Array.from({length: text.length + 1}, (_, i) => text.slice(i)).some(tail => byDefinition(tail, rest))
  return text !== '' && (head === '_' || head === text.charAt(0)) && byDefinition(text.slice(1), rest)
}

test('% is any text, _ any one character', () => {
  const letters = fc.string({unit: fc.constantFrom('a', 'b'), maxLength: 8})
  const patterns = fc.string({unit: fc.constantFrom('a', 'b', '%', '_'), maxLength: 6})
  fc.assert(
    fc.property(letters, patterns, (text, pattern) => like(text, pattern) === byDefinition(text, pattern)),
    {numRuns: 2_000},
  )
})

test('an escaped character stands for itself', () => {
  expect(like('%', '!%', '!')).toBe(true)
  expect(like('x', '!%', '!')).toBe(false)
  expect(like('a_b', 'a!_b', '!')).toBe(true)
  expect(like('a!b', 'a!!b', '!')).toBe(true)
})

test('many wildcards over a long text take no time', () => {
  expect(like('a'.repeat(20_000), `${'%a'.repeat(40)}%b`)).toBe(false)
})
