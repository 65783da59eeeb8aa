import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {printSchemaText} from '../../apps/server/src/schema/index.ts'
import {root} from '../tidy/sources.ts'

test('schema.graphql is what the code says (npx tsx --conditions=@millrace/source tools/print-schema.mjs writes it)', () => {
  expect(readFileSync(join(root, 'apps/server/schema.graphql'), 'utf8')).toBe(printSchemaText())
})
