import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {functionDocs} from './function-docs.ts'

test('docs/sql/functions.md is what the definitions say (npx tsx tools/gen-function-docs.mjs writes it)', () => {
  const page = new URL('../../../../../docs/sql/functions.md', import.meta.url)
  expect(readFileSync(page, 'utf8')).toBe(functionDocs())
})
