import fc from 'fast-check'
import {expect, test} from 'vitest'
import {Engine} from '../../engine.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'
import type {Storage} from '../../storage/port/storage.ts'
import {accepted} from '../../testing/answers.ts'

/** A storage that counts the batches it gives of `events`. */
function counting(): {storage: Storage; given: {batches: number}} {
  const storage = openSimulatedStorage()
  const given = {batches: 0}
  const {log} = storage
  const read: typeof log.read = async ranges => {
    const results = await log.read(ranges)
    for (const [i, {batches}] of results.entries()) if (ranges[i]?.topic === 'events') given.batches += batches.length
    return results
  }
  const watched = new Proxy(log, {
    get(target, name) {
      if (name === 'read') return read
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? (...args: unknown[]): unknown => member.apply(target, args) : member
    },
  })
  return {storage: Object.assign(Object.create(storage) as Storage, {log: watched}), given}
}

const run = async (engine: Engine, sql: string) => accepted(await engine.execute(sql))
const pull = async (engine: Engine, sql: string, parameters: Readonly<Record<string, unknown>> = {}) =>
  accepted(await engine.pull(sql, {parameters})).rows

type Opened = {readonly engine: Engine; readonly storage: Storage; readonly given: {batches: number}}

async function open(key: string, format: string): Promise<Opened> {
  const {storage, given} = counting()
  const engine = await Engine.open({storage, tasks: 'manual'})
  await run(
    engine,
    `CREATE STREAM events (${key}, n INT) WITH (KAFKA_TOPIC='events', PARTITIONS=3, KEY_INDEX=true, VALUE_FORMAT='${format}');`,
  )
  return {engine, storage, given}
}

test.each(['JSON', 'COLUMNS'])('with values in %s only the batches of the key are read', async format => {
  const {engine, given} = await open('id VARCHAR KEY', format)
  for (let n = 0; n < 60; n++)
    await engine.produce({topic: 'events', records: [{key: `user ${n % 20}`, value: {N: n}, partition: n % 3, timestampMs: n}]})
  given.batches = 0
  expect((await pull(engine, 'SELECT n FROM events WHERE id = :id', {id: 'user 7'})).flat().sort()).toEqual([27, 47, 7])
  expect(given.batches).toBe(3)
  given.batches = 0
  expect((await pull(engine, "SELECT n FROM events WHERE id IN ('user 1', 'user 2') LIMIT 1")).length).toBe(1)
  expect(given.batches).toBe(1)
  given.batches = 0
  expect(await pull(engine, "SELECT n FROM events WHERE id = 'user 7' AND ROWTIME >= 40")).toEqual([[47]])
  expect(given.batches).toBeLessThanOrEqual(3)
  expect(await pull(engine, "SELECT n FROM events WHERE id = 'nobody'")).toEqual([])
})

test('EXPLAIN names the index', async () => {
  const {engine} = await open('id VARCHAR KEY', 'JSON')
  const explain = async (where: string): Promise<string> => {
    const answer = await engine.execute(`EXPLAIN SELECT n FROM events WHERE ${where};`)
    return answer.kind === 'rejected' ? answer.message : (answer.statements[0]?.message ?? '')
  }
  expect(await explain("id = 'a'")).toContain('stream EVENTS: 1 keys by key index of topic events')
  expect(await explain('n = 1')).toContain('stream EVENTS: scan of the log up to its end')
})

test('the last events of a key are read from the end of its history', async () => {
  const {engine, given} = await open('id INT KEY', 'COLUMNS')
  for (let n = 0; n < 400; n++)
    await engine.produce({topic: 'events', records: [{key: n % 2, value: {N: n}, partition: 0, timestampMs: n}]})
  given.batches = 0
  expect(await pull(engine, 'SELECT n FROM events WHERE id = 1 ORDER BY ROWTIME DESC LIMIT 2')).toEqual([[399], [397]])
  expect(given.batches).toBeLessThan(60)
  given.batches = 0
  expect((await pull(engine, 'SELECT n FROM events WHERE id = 1 AND ROWOFFSET >= 390')).flat()).toEqual([391, 393, 395, 397, 399])
  expect(given.batches).toBeLessThan(8)
})

test('a source that writes keys in another way is refused over a topic with a key index', async () => {
  const {engine} = await open('id INT KEY', 'COLUMNS')
  const declare = (columns: string, format: string) =>
    engine.execute(`CREATE STREAM other (${columns}) WITH (KAFKA_TOPIC='events', VALUE_FORMAT='${format}');`)
  expect(await declare('id BIGINT KEY, n INT', 'COLUMNS')).toMatchObject({
    kind: 'rejected',
    message: expect.stringMatching(/ID INTEGER/),
  })
  expect(await declare('id INT KEY, n INT', 'JSON')).toMatchObject({kind: 'rejected'})
  await engine.produce({topic: 'events', records: [{key: 1, value: {N: 1}}]})
  await run(engine, 'DROP STREAM events;')
  expect(await declare('k INT KEY, n INT', 'COLUMNS')).toMatchObject({
    kind: 'rejected',
    message: expect.stringMatching(/ID INTEGER/),
  })
  expect((await declare('id INT KEY', 'COLUMNS')).kind).not.toBe('rejected')
})

const event = fc.record({key: fc.integer({min: 0, max: 4}), partition: fc.option(fc.integer({min: 0, max: 2}))})
const timed = fc.record({event, timestampMs: fc.integer({min: 0, max: 99})})
const history = fc.array(fc.oneof({arbitrary: fc.array(timed, {minLength: 1, maxLength: 6}), weight: 9}, fc.nat(60)), {
  maxLength: 90,
})
const narrowing = fc.constantFrom(
  '',
  'AND ROWOFFSET >= 20',
  'AND ROWOFFSET BETWEEN 3 AND 9',
  'AND ROWTIME > 50',
  'AND ROWPARTITION = 1 AND ROWOFFSET > 4',
  'AND n <> 3 LIMIT 5',
)

test('the index finds what a scan finds, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.constantFrom('JSON', 'COLUMNS'), narrowing, async (steps, format, more) => {
      const {engine, storage} = await open('id INT KEY', format)
      let n = 0
      for (const step of steps) {
        if (typeof step === 'number') await storage.log.trim({topic: 'events', partition: step % 3}, Math.floor(step / 3))
        else
          await engine.produce({
            topic: 'events',
            records: step.map(({event: {key, partition}, timestampMs}) => ({
              key,
              value: {N: n++},
              timestampMs,
              ...(partition !== null && {partition}),
            })),
          })
      }
      const columns = 'SELECT id, n, ROWPARTITION AS p, ROWOFFSET AS o FROM events WHERE'
      for (const [where, scanned] of [
        ['id = 2', 'id + 0 = 2'],
        ['id IN (4, 1, 9)', 'id + 0 IN (4, 1, 9)'],
      ]) {
        expect(await pull(engine, `${columns} ${where} ${more}`)).toEqual(await pull(engine, `${columns} ${scanned} ${more}`))
        const newest = more.includes('LIMIT') ? '' : `${more} ORDER BY ROWTIME DESC, ROWPARTITION, ROWOFFSET LIMIT 4`
        expect(await pull(engine, `${columns} ${where} ${newest}`)).toEqual(await pull(engine, `${columns} ${scanned} ${newest}`))
      }
      await engine.close()
    }),
    {numRuns: 40},
  )
})
