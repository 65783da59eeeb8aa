import {Engine} from '@millrace/engine'
import {openRedisStorage} from '@millrace/engine/redis'
import {startRedis} from './support/redis.ts'
const redis = await startRedis()
console.log(Object.keys(redis))
const storage = await openRedisStorage({url: (redis as {url: string}).url, namespace: 'x'})
const engine = await Engine.open({storage, tasks: 'manual'})
const run = async (sql: string) => { const r = await engine.execute(sql); if (r.kind === 'rejected') throw new Error(r.message); await engine.settle() }
await run(`CREATE TABLE t (id INT PRIMARY KEY, a BIGINT, c VARCHAR) WITH (KAFKA_TOPIC='t', PARTITIONS=2);`)
for (let from = 0; from < 60000; from += 10000)
  await engine.produce({topic: 't', records: Array.from({length: 10000}, (_, i) => ({key: from + i, value: {A: (from + i) % 1000, C: `c${i % 7}`}}))})
await engine.settle()
const time = async (sql: string) => { const t = performance.now(); const r = await engine.pull(sql); if (r.kind === 'rejected') throw new Error(r.message); console.log(sql, JSON.stringify(r.rows).slice(0, 80), (performance.now() - t).toFixed(1), 'ms') }
await time('SELECT COUNT(*) FROM t WHERE a = 77')
await run('CREATE INDEX ON t (a, c);')
await time('SELECT COUNT(*) FROM t WHERE a = 77')
await time('SELECT COUNT(*) FROM t WHERE a = 77')
await time(`SELECT COUNT(*) FROM t WHERE a BETWEEN 10 AND 20`)
await time(`SELECT COUNT(*) FROM t WHERE a + 0 BETWEEN 10 AND 20`)
await run('DELETE FROM t WHERE id = 77;')
await time('SELECT COUNT(*) FROM t WHERE a = 77')
await run('DROP INDEX T_A_C_INDEX;')
await time('SELECT COUNT(*) FROM t WHERE a = 77')
await engine.close(); await storage.close(); await redis.stop()
