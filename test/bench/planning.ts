import {Catalog} from '../../packages/engine/src/catalog/catalog.ts'
import {compileScript} from '../../packages/engine/src/sql/compile.ts'
import {parseScript} from '../../packages/engine/src/sql/syntax/parse-script.ts'
import type {Study} from './benchmark.ts'

const ROUNDS = 1000

const sources = `
  CREATE STREAM orders (id BIGINT KEY, customer VARCHAR, product INT, amount DECIMAL(10, 2), currency VARCHAR, note VARCHAR)
    WITH (KAFKA_TOPIC='orders', PARTITIONS=4);
  CREATE TABLE customers (name VARCHAR PRIMARY KEY, city VARCHAR, age INT, tier VARCHAR) WITH (KAFKA_TOPIC='customers', PARTITIONS=4);
  CREATE TABLE products (id INT PRIMARY KEY, title VARCHAR, price DOUBLE, tags ARRAY<VARCHAR>) WITH (KAFKA_TOPIC='products', PARTITIONS=4);
`
/** What else a catalog holds. */
const others = Array.from({length: 100}, (_, i) => `CREATE STREAM other_${i} (id INT KEY, value VARCHAR) WITH (PARTITIONS=4);`)

const statement = `CREATE TABLE revenue_by_city
  WITH (KAFKA_TOPIC='revenue_by_city', KEY_FORMAT='JSON', VALUE_FORMAT='JSON') AS
SELECT
  c.city AS city,
  UCASE(p.title) AS title,
  COUNT(*) AS orders,
  SUM(CAST(o.amount AS DOUBLE)) AS revenue,
  AVG(p.price) AS mean_price,
  MIN(o.amount) AS smallest,
  MAX(o.amount) AS largest,
  COLLECT_SET(o.currency) AS currencies,
  LATEST_BY_OFFSET(CASE WHEN o.amount > 100 THEN 'large' WHEN o.amount > 10 THEN 'middle' ELSE 'small' END) AS latest_size
FROM orders o
  JOIN customers c ON o.customer = c.name
  JOIN products p ON o.product = p.id
WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 10 MINUTES, GRACE PERIOD 5 MINUTES)
WHERE o.amount BETWEEN 1 AND 10000
  AND c.age >= 18 AND c.tier IN ('gold', 'silver', 'bronze')
  AND (o.note IS NULL OR o.note NOT LIKE '%test%')
GROUP BY c.city, UCASE(p.title)
HAVING COUNT(*) > 2 AND SUM(CAST(o.amount AS DOUBLE)) > 50.0;`

/** Milliseconds to understand one statement of 20 lines, warm; nothing runs and nothing is stored. */
export const planning: Study = {
  name: 'planning',
  run: async () => {
    const catalog = catalogOf(sources + others.join('\n'))
    const contenders = {
      parse: () => 'statements' in parseScript(statement),
      'parse and plan': () => 'statements' in compileScript(statement, catalog, {newQueryId: hint => hint}),
    }
    console.log('\nplanning: milliseconds for a statement of 20 lines with two joins, window, groups; goal: 2')
    return Object.entries(contenders).map(([contender, work]) => {
      const {clockMs, cpuMs} = timed(work)
      console.log(`  ${contender.padEnd(16)} ${cpuMs.toFixed(2)} CPU-ms, ${clockMs.toFixed(2)} ms by the clock (median)`)
      return {benchmark: 'planning', contender, cpuMs, clockMs}
    })
  },
}

function catalogOf(script: string): Catalog {
  const compiled = compileScript(script, Catalog.empty, {newQueryId: hint => hint})
  if ('diagnostics' in compiled) throw new Error(compiled.diagnostics[0]?.message)
  return compiled.statements.reduce(
    (catalog, each) => (each.kind === 'create-source' ? catalog.apply({kind: 'put-source', source: each.source}) : catalog),
    Catalog.empty,
  )
}

/** CPU time of this process is fair on a busy machine; the clock is not. */
function timed(work: () => boolean): {readonly clockMs: number; readonly cpuMs: number} {
  for (let i = 0; i < ROUNDS; i++) if (!work()) throw new Error('the statement was refused')
  const before = process.cpuUsage()
  const times = Array.from({length: ROUNDS}, () => {
    const from = process.hrtime.bigint()
    work()
    return Number(process.hrtime.bigint() - from) / 1e6
  }).toSorted((a, b) => a - b)
  const {user, system} = process.cpuUsage(before)
  return {clockMs: times[ROUNDS >> 1] ?? NaN, cpuMs: (user + system) / 1000 / ROUNDS}
}
