import fc from 'fast-check'
import {expect, test} from 'vitest'
import {Engine} from '../../engine.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'
import type {Storage} from '../../storage/port/storage.ts'
import {accepted} from '../../testing/answers.ts'

type Read = {readonly partition: number; readonly from: number; readonly to: number | undefined}

/** A storage that remembers what is read of `events`. */
function watched(): {storage: Storage; reads: Read[]} {
  const storage = openSimulatedStorage()
  const reads: Read[] = []
  const log = new Proxy(storage.log, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        if (name === 'read')
          for (const range of args[0] as readonly {topic: string; partition: number; from: number; to?: number}[])
            if (range.topic === 'events') reads.push({partition: range.partition, from: range.from, to: range.to})
        return member.apply(target, args)
      }
    },
  })
  return {storage: Object.assign(Object.create(storage) as Storage, {log}), reads}
}

async function open(count: number, timeOf = (i: number): number => i * 1000): Promise<{engine: Engine; reads: Read[]}> {
  const {storage, reads} = watched()
  const engine = await Engine.open({storage, tasks: 'manual'})
  accepted(
    await engine.execute(
      `CREATE STREAM events (user_id INT KEY, n INT) WITH (KAFKA_TOPIC='events', PARTITIONS=3, VALUE_FORMAT='JSON');`,
    ),
  )
  for (let from = 0; from < count; from += 20)
    await engine.produce({
      topic: 'events',
      records: Array.from({length: Math.min(20, count - from)}, (_, i) => ({
        key: (from + i) % 7,
        value: {N: from + i},
        timestampMs: timeOf(from + i),
      })),
    })
  reads.length = 0
  return {engine, reads}
}

const pull = async (engine: Engine, sql: string) => accepted(await engine.pull(sql)).rows

test('without an index a key is looked for in every partition: its producer may have named any', async () => {
  const {engine} = await open(200)
  await engine.produce({topic: 'events', records: [0, 1, 2].map(partition => ({key: 3, value: {N: 1000}, partition}))})
  expect(await pull(engine, 'SELECT n FROM events WHERE user_id = 3 AND n = 1000')).toEqual([[1000], [1000], [1000]])
})

test('offsets and partitions bound what is read, and can be shown', async () => {
  const {engine, reads} = await open(200)
  const rows = await pull(
    engine,
    'SELECT ROWPARTITION AS p, ROWOFFSET AS o FROM events WHERE ROWPARTITION = 1 AND ROWOFFSET >= 5 AND ROWOFFSET < 8',
  )
  expect(rows).toEqual([
    [1, 5],
    [1, 6],
    [1, 7],
  ])
  expect(reads.every(({partition, from, to}) => partition === 1 && from >= 5 && to === 8)).toBe(true)
})

test('the newest rows are read from the end of the log, and no further than needed', async () => {
  const {engine, reads} = await open(7000)
  expect(await pull(engine, 'SELECT n FROM events ORDER BY ROWTIME DESC LIMIT 3')).toEqual([[6999], [6998], [6997]])
  expect(reads.every(({from}) => from > 0)).toBe(true)
})

test('the newest rows are the same as those of a full sort, however late records came', async () => {
  const times = fc.array(fc.integer({min: 0, max: 50}), {minLength: 1, maxLength: 60})
  await fc.assert(
    fc.asyncProperty(times, fc.integer({min: 1, max: 8}), fc.integer({min: 0, max: 6}), async (late, limit, offset) => {
      const {engine} = await open(1500 + late.length, i => (i < 1500 ? 10 : (late[i - 1500] ?? 0)))
      const sql = (tail: string): string => `SELECT n, ROWTIME FROM events WHERE n <> 7 ORDER BY ROWTIME DESC, n ${tail}`
      const all = await pull(engine, sql(''))
      expect(await pull(engine, sql(`LIMIT ${limit} OFFSET ${offset}`))).toEqual(all.slice(offset, offset + limit))
      await engine.close()
    }),
    {numRuns: 15},
  )
})
