// Writes apps/server/schema.graphql, the API's fixed half, from the code. Run: npx tsx --conditions=@millrace/source tools/print-schema.mjs
import {writeFileSync} from 'node:fs'
import {printSchemaText} from '../apps/server/src/schema/index.ts'

writeFileSync(new URL('../apps/server/schema.graphql', import.meta.url), printSchemaText())
