import {expect, onTestFinished, test} from 'vitest'
import {startRedis} from '../support/redis.ts'
import {produce, pull, run, until} from './support/client.ts'
import {startProcess} from './support/servers.ts'
import {pushQuery, sse, take} from './support/subscriptions.ts'

const total = async (url: string): Promise<number> =>
  (await pull(url, 'SELECT c FROM t;')).reduce((sum, row) => sum + Number(row['C']), 0)

test('two servers over one Redis: both know every source, both take records, every record is counted once, and a crash of one leaves its work to the next', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const env = {REDIS_URL: redis.url}
  const [one, two] = [await startProcess(env), await startProcess(env)]
  await run(
    one.url,
    `CREATE STREAM s (k VARCHAR KEY, n INT) WITH (KAFKA_TOPIC='s', PARTITIONS=4, VALUE_FORMAT='JSON');
     CREATE TABLE t AS SELECT k, COUNT(*) AS c FROM s GROUP BY k;`,
  )
  const push = await sse.subscribe(two.url, pushQuery, {sql: 'SELECT * FROM s EMIT CHANGES;'})
  onTestFinished(() => push.close())
  await take(push, 0)
  for (let at = 0; at < 20; at++)
    for (const {url} of [one, two])
      await produce(
        url,
        's',
        Array.from({length: 50}, (_, i) => ({key: `k${i % 9}`, value: {N: i}})),
      )
  expect((await take(push, 2_000)).rows).toHaveLength(2_000)
  for (const {url} of [one, two])
    await until(
      'all is counted',
      () => total(url),
      count => count >= 2_000,
    )
  expect([await total(one.url), await total(two.url)]).toEqual([2_000, 2_000])

  // Tasks belong to the process that opened them last: after a crash they go on in the next process that starts.
  await one.end('SIGKILL')
  const three = await startProcess(env)
  const {token} = await produce(two.url, 's', [{key: 'k0', value: {N: 0}}])
  await pull(three.url, 'SELECT c FROM t;', token)
  expect([await total(two.url), await total(three.url)]).toEqual([2_001, 2_001])
})
