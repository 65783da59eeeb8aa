import fc from 'fast-check'
import {expect, test} from 'vitest'
import {parseExpression, parseScript} from './parse-script.ts'
import {printExpression} from './print-expression.ts'
import {printStatement} from './printer.ts'
import {expression, statement} from './syntax-arbitrary.ts'

/** Where a tree stands is no part of what it says: spans, and the text of a statement. */
function withoutPlaces(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutPlaces)
  if (typeof tree !== 'object' || tree === null) return tree
  const isLiteralOrName = 'isQuoted' in tree || ('kind' in tree && String(tree.kind).endsWith('Literal'))
  const parts = Object.entries(tree).filter(([name]) => name !== 'span' && (isLiteralOrName || name !== 'text'))
  return Object.fromEntries(parts.map(([name, part]) => [name, withoutPlaces(part)]))
}

test('a printed expression parses to the same expression', () => {
  fc.assert(
    fc.property(expression, tree => {
      expect(withoutPlaces(parseExpression(printExpression(tree)))).toEqual({expression: withoutPlaces(tree)})
    }),
    {numRuns: 1_000},
  )
})

test('a printed statement parses to the same statement', () => {
  fc.assert(
    fc.property(statement, tree => {
      const parsed = parseScript(printStatement(tree))
      expect(withoutPlaces(parsed)).toEqual({statements: [withoutPlaces(tree)]})
    }),
    {numRuns: 300},
  )
})

const mutation = fc.record({
  at: fc.double({min: 0, max: 1, noNaN: true}),
  length: fc.nat(8),
  put: fc.oneof(
    fc.constantFrom('(', ')', '[', "'", '`', '"', '/*', '--', '->', '${', '$1', ':', ';', ' SELECT ', ' NOT ', ','),
    fc.string(),
  ),
})

test('mutated text parses or gets a diagnostic within the text; nothing is thrown', () => {
  fc.assert(
    fc.property(statement.map(printStatement), fc.array(mutation, {minLength: 1, maxLength: 4}), (printed, mutations) => {
      const text = mutations.reduce((before, {at, length, put}) => {
        const start = Math.floor(at * before.length)
        return before.slice(0, start) + put + before.slice(start + length)
      }, printed)
      const result = parseScript(text, {variables: new Map([['a', '1']])})
      if ('statements' in result) return
      const {span, message} = result.diagnostic
      expect(message).toContain('Syntax Error')
      expect(span.start).toBeGreaterThanOrEqual(0)
      expect(span.end).toBeGreaterThanOrEqual(span.start)
      expect(span.end).toBeLessThanOrEqual(text.length)
    }),
    {numRuns: 400},
  )
})
