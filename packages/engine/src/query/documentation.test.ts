import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {Engine} from '../engine.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {accepted} from '../testing/answers.ts'

const page = readFileSync(new URL('../../../../docs/sql/beyond-ksqldb.md', import.meta.url), 'utf8')

type Example = {readonly sql: string; readonly expected: string | undefined}

/** SQL blocks in their order, each with the block of text right behind it. */
const examples = [...page.matchAll(/```sql\n([^]*?)```(?:\n\n```text\n([^]*?)```)?/g)].map(([, sql = '', expected]): Example => ({
  sql,
  expected: expected?.trim(),
}))

async function answer(engine: Engine, sql: string): Promise<string> {
  if (/^(SELECT|WITH)/.test(sql)) {
    const {rows} = accepted(await engine.pull(sql))
    return rows.map(row => row.join(' | ')).join('\n')
  }
  const {statements} = accepted(await engine.execute(sql))
  await engine.settle()
  return statements.map(({message}) => message).join('\n')
}

test('the examples of the page on what goes beyond ksqlDB run as written, with the results written there', async () => {
  const engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
  expect(examples.length).toBeGreaterThan(10)
  for (const {sql, expected} of examples) {
    const found = await answer(engine, sql)
    if (expected === undefined) continue
    if (sql.startsWith('EXPLAIN')) expect(found).toContain(expected)
    else expect(found, sql).toBe(expected)
  }
  await engine.close()
})
