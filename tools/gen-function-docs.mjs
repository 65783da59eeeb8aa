// Writes docs/sql/functions.md from the definitions of the built-in functions. Run: npx tsx tools/gen-function-docs.mjs
import {writeFileSync} from 'node:fs'
import {functionDocs} from '../packages/engine/src/expr/functions/function-docs.ts'

writeFileSync(new URL('../docs/sql/functions.md', import.meta.url), functionDocs())
