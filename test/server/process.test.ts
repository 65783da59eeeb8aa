import {createServer} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import {startRedis} from '../support/redis.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'
import {ask, produce, produceMutation, pull, refusal, run, until} from './support/client.ts'
import {runToEnd, startProcess} from './support/servers.ts'
import {pushQuery, sse, take, webSocket} from './support/subscriptions.ts'

function dataDir(): string {
  const dir = temporaryDirectory('server')
  onTestFinished(() => dir.remove())
  return dir.path
}

const statements = `
  CREATE STREAM s (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='s', PARTITIONS=3, VALUE_FORMAT='JSON');
  CREATE TABLE t AS SELECT k, COUNT(*) AS c, SUM(n) AS total FROM s GROUP BY k;`
const batch = (from: number, size: number) =>
  Array.from({length: size}, (_, i) => ({key: `k${(from + i) % 7}`, value: {N: from + i}}))

const endOf = async (url: string): Promise<number> => {
  type Ends = {topic: {partitions: {endOffset: string}[]}}
  const {topic} = await ask<Ends>(url, '{ topic(name: "s") { partitions { endOffset } } }')
  return topic.partitions.reduce((sum, {endOffset}) => sum + Number(endOffset), 0)
}
const countOf = async (url: string): Promise<number> =>
  (await pull(url, 'SELECT c FROM t;')).reduce((sum, row) => sum + Number(row['C']), 0)

const stores: Record<string, () => Promise<Record<string, string>>> = {
  'the embedded store': async () => ({DATA_DIR: dataDir()}),
  Redis: async () => {
    const redis = await startRedis(['--appendfsync', 'always'])
    onTestFinished(() => redis.stop())
    return {REDIS_URL: redis.url}
  },
}

for (const [name, open] of Object.entries(stores))
  test(`${name}: kill -9 while records come in and are counted; after a restart all that was acknowledged is there and counted once`, async () => {
    const env = await open()
    const first = await startProcess(env)
    await run(first.url, statements)
    const push = await sse.subscribe(first.url, pushQuery, {sql: 'SELECT k, c FROM t EMIT CHANGES;'})
    const {cursor} = await take(push, 0)
    let acknowledged = 0
    const producing = (async () => {
      for (let at = 0; ; at += 50) acknowledged += (await produce(first.url, 's', batch(at, 50))).accepted
    })().catch(() => {})
    await until(
      'some are acknowledged',
      () => acknowledged,
      count => count >= 2_000,
    )
    const {code} = await first.end('SIGKILL')
    expect(code).toBeNull()
    await producing
    await push.close()

    const second = await startProcess(env)
    const kept = await endOf(second.url)
    // One batch may have been stored whose acknowledgement did not get out any more.
    expect([acknowledged, acknowledged + 50]).toContain(kept)
    const {token} = await produce(second.url, 's', batch(0, 7))
    await pull(second.url, 'SELECT c FROM t;', token)
    expect(await countOf(second.url)).toBe(kept + 7)

    const resumed = await webSocket.subscribe(second.url, pushQuery, {sql: 'SELECT k, c FROM t EMIT CHANGES;', after: cursor})
    onTestFinished(() => resumed.close())
    const last = new Map<unknown, number>()
    while ([...last.values()].reduce((sum, count) => sum + count, 0) < kept + 7)
      for (const {K, C} of (await take(resumed, 1)).rows) last.set(K, Number(C))
    expect([...last.values()].reduce((sum, count) => sum + count, 0)).toBe(kept + 7)
  })

test('SIGTERM and SIGINT end a server quickly and cleanly, subscriptions open or not', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const server = await startProcess({DATA_DIR: dataDir()})
    await run(server.url, statements)
    for (const transport of [sse, webSocket]) {
      const push = await transport.subscribe(server.url, pushQuery, {sql: 'SELECT * FROM s EMIT CHANGES;'})
      onTestFinished(() => push.close())
      await take(push, 0)
    }
    await produce(server.url, 's', batch(0, 100))
    const {code, ms, output} = await server.end(signal)
    expect([signal, code]).toEqual([signal, 0])
    expect(ms).toBeLessThan(5_000)
    expect(output).toMatch(/Shutting down/)
    expect(output).not.toMatch(/Error/)
  }
})

test('while Redis is away: not ready soon, errors that may be retried, a quick end; when it is back, all goes on', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const server = await startProcess({REDIS_URL: redis.url})
  await run(server.url, statements)
  const ready = async (): Promise<number> => (await fetch(`${server.url}/readyz`)).status
  expect(await ready()).toBe(200)
  await redis.kill()
  const from = Date.now()
  expect(await ready()).toBe(503)
  expect(Date.now() - from).toBeLessThan(5_000)
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  const refused = await refusal(server.url, produceMutation, {input: {topic: 's', records: batch(0, 1)}})
  expect(refused.extensions).toMatchObject({code: 'STORAGE_UNAVAILABLE', retryable: true})
  await redis.restart()
  await until('ready again', ready, status => status === 200)
  const {token} = await produce(server.url, 's', batch(0, 5))
  await pull(server.url, 'SELECT c FROM t;', token)
  await redis.kill()
  const {code, ms, output} = await server.end('SIGTERM')
  expect([code, output.includes('The store does not answer')]).toEqual([1, true])
  expect(ms).toBeLessThan(12_000)
}, 60_000)

test('a wrong configuration is told in whole, and ends with code 2', async () => {
  const {code, output} = await runToEnd({
    PORT: '70000',
    REDIS_URL: 'http://x',
    REDIS_MODE: 'many',
    NAMESPACE: 'a b',
    ENGINE_THREADS: '0',
    LOG_LEVEL: 'loud',
  })
  expect(code).toBe(2)
  expect(output.trim().split('\n')).toEqual([
    'The configuration is wrong:',
    "  PORT: found '70000', expected an integer from 0 to 65535",
    "  REDIS_URL: found 'http://x', expected redis:// or rediss:// addresses, separated by commas",
    "  REDIS_MODE: found 'many', expected one of standalone, sentinel, cluster",
    "  NAMESPACE: found 'a b', expected 1 to 64 letters, digits, '_', '.', '-'",
    "  ENGINE_THREADS: found '0', expected an integer from 1 to 64",
    "  LOG_LEVEL: found 'loud', expected one of debug, info, warn, error, silent",
  ])
})

test('a second process on the same directory is refused in a sentence, and the first goes on', async () => {
  const env = {DATA_DIR: dataDir()}
  const first = await startProcess(env)
  await run(first.url, statements)
  const {code, output} = await runToEnd(env)
  expect(code).toBe(2)
  expect(output).toMatch(new RegExp(`^Millrace could not start: .*${env.DATA_DIR}`))
  expect(output.trim().split('\n')).toHaveLength(1)
  expect(await produce(first.url, 's', batch(0, 5))).toMatchObject({accepted: 5})
})

test('a port that is taken, and a Redis that is not there, are told in a sentence', async () => {
  const holder = createServer()
  await new Promise<void>(resolve => holder.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void holder.close())
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const taken = await runToEnd({PORT: String(port), DATA_DIR: dataDir()})
  expect([taken.code, taken.output.trim().split('\n').length]).toEqual([2, 1])
  expect(taken.output).toMatch(/EADDRINUSE.*Set PORT to a free port/)
  const missing = await runToEnd({REDIS_URL: 'redis://127.0.0.1:1'})
  expect(missing.code).toBe(2)
  expect(missing.output).toMatch(/^Millrace could not start: .*127\.0\.0\.1:1/)
})
