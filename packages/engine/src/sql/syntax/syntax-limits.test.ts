import {expect, test} from 'vitest'
import {limits} from '../../limits.ts'
import {parseExpression, parseScript} from './parse-script.ts'
import {printExpression} from './print-expression.ts'
import {syntaxLimits} from './syntax-limits.ts'

const refusal = {diagnostic: {code: 'LIMIT_EXCEEDED', message: expect.stringContaining('Syntax Error')}}

test('a text beyond the length is refused', () => {
  expect(parseScript(' '.repeat(limits.scriptLengthMax + 1))).toMatchObject(refusal)
})

test.each([
  ['parentheses', '('.repeat(10_000) + '1' + ')'.repeat(10_000)],
  ['NOT', 'NOT '.repeat(10_000) + 'TRUE'],
  ['signs', '- '.repeat(10_000) + 'a'],
  ['calls', 'f('.repeat(10_000)],
  ['lambdas', 'f(x => '.repeat(10_000)],
  ['subscripts', 'a' + '[1]'.repeat(10_000)],
  ['CASE', 'CASE WHEN '.repeat(10_000)],
  ['types', 'CAST(a AS ' + 'ARRAY<'.repeat(10_000)],
  ['array types behind each other', `CAST(a AS INT${' ARRAY'.repeat(10_000)})`],
  ['operators', 'a' + ' + a'.repeat(10_000)],
  ['conditions', 'a' + ' OR a'.repeat(10_000)],
])('10,000 %s inside each other are refused', (_, text) => {
  expect(parseExpression(text)).toMatchObject(refusal)
})

test.each([
  ['sub-queries', 'SELECT * FROM ('.repeat(10_000)],
  ['EXPLAIN', 'EXPLAIN '.repeat(10_000)],
  ['joins', `SELECT * FROM a ${'JOIN b ON c = d '.repeat(10_000)}`],
])('10,000 %s are refused', (_, text) => {
  expect(parseScript(text)).toMatchObject(refusal)
})

test('what is just within the bounds can be printed', () => {
  const chain = 'A' + ' OR A'.repeat(syntaxLimits.treeHeightMax - 10)
  const levels = Math.floor(syntaxLimits.nestingMax / 2) - 2
  const nested = `${'-('.repeat(levels)}A OR A${')'.repeat(levels)}`
  for (const text of [chain, nested]) {
    const result = parseExpression(text)
    const printed = 'expression' in result ? printExpression(result.expression) : result.diagnostic.message
    expect(printed.length).toBeGreaterThanOrEqual(text.length)
  }
})

test('a long list is no height', () => {
  expect(parseExpression(`a IN (${'1, '.repeat(50_000)}2)`)).toHaveProperty('expression')
})
