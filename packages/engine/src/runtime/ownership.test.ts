import {expect, onTestFinished, test} from 'vitest'
import {Engine} from '../engine.ts'
import {openSimulatedStorage, type SimulatedStorage} from '../storage/simulated/open.ts'
import {accepted} from '../testing/answers.ts'

/** Another process over the same store. */
async function join(storage: SimulatedStorage, name: string, sessionTimeoutMs = 300): Promise<Engine> {
  const engine = await Engine.open({storage, process: {name, isGone: other => other === name, sessionTimeoutMs}})
  onTestFinished(() => engine.close())
  return engine
}

const beside = ({world}: SimulatedStorage): SimulatedStorage => openSimulatedStorage({world})
const createWords = `CREATE STREAM words (word VARCHAR) WITH (KAFKA_TOPIC='words', PARTITIONS=4);`
const createCounts = `CREATE TABLE counts AS SELECT word, COUNT(*) AS n FROM words GROUP BY word;`

const execute = async (engine: Engine, sql: string): Promise<unknown> => accepted(await engine.execute(sql))

const words = ['ape', 'bee', 'cat', 'dog', 'eel']
const produce = async (engine: Engine, from: number, to: number): Promise<string> => {
  const records = Array.from({length: to - from}, (_, i) => ({
    value: {WORD: words[(from + i) % words.length]},
    partition: (from + i) % 4,
  }))
  return (await engine.produce({topic: 'words', records})).token
}

async function counts(engine: Engine, after?: string): Promise<Record<string, unknown>> {
  const {rows} = accepted(await engine.pull('SELECT word, n FROM counts;', after === undefined ? {} : {after}))
  return Object.fromEntries(rows.map(([word, n]) => [String(word), n]))
}

const each = (n: number): Record<string, number> => Object.fromEntries(words.map(word => [word, n]))

/** Tasks that work here. */
const tasksOf = (engine: Engine): readonly string[] =>
  engine
    .queries()
    .flatMap(({tasks}) => tasks.map(({id}) => id))
    .toSorted()

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 5_000; !(await holds()); await new Promise(resolve => setTimeout(resolve, 10)))
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`)
}

test('processes that join and leave share the tasks, both answer, and the counts stay exact', async () => {
  const storage = openSimulatedStorage()
  const first = await join(storage, 'first')
  await execute(first, createWords)
  await execute(first, createCounts)
  await until('all tasks to run here', () => tasksOf(first).length === 8)
  const all = tasksOf(first)
  await produce(first, 0, 100)
  const second = await join(beside(storage), 'second')
  const alone = await produce(second, 100, 200)
  expect(await counts(second, alone)).toEqual(each(40))
  await until(
    'the tasks to be shared',
    () => tasksOf(first).length < 8 && tasksOf(second).length > 0 && tasksOf(first).length + tasksOf(second).length === 8,
  )
  expect([...tasksOf(first), ...tasksOf(second)].toSorted()).toEqual(all)
  for (const engine of [first, second]) expect(tasksOf(engine).length).toBeGreaterThan(1)
  const shared = await produce(first, 200, 300)
  for (const engine of [first, second]) expect(await counts(engine, shared)).toEqual(each(60))
  await second.close()
  await until('all tasks to be back', () => tasksOf(first).length === 8)
  const back = await produce(first, 300, 400)
  expect(await counts(first, back)).toEqual(each(80))
  await first.settle()
})

test('the tasks of a process that dies go to the others when its session ends', async () => {
  const storage = openSimulatedStorage()
  const first = await join(storage, 'first')
  await execute(first, createWords)
  await execute(first, createCounts)
  const dying = beside(storage)
  const second = await join(dying, 'second')
  await until('the tasks to be shared', () => tasksOf(first).length < 8 && tasksOf(second).length > 0)
  await produce(first, 0, 100)
  dying.setFaults({crashBeforeWrite: 1})
  await until('all tasks to be here', () => tasksOf(first).length === 8)
  expect(await counts(first, await produce(first, 100, 200))).toEqual(each(40))
})

test('a process that starts again takes over from its predecessor at once', async () => {
  const storage = openSimulatedStorage()
  const first = await join(storage, 'first', 60_000)
  await execute(first, createWords)
  await execute(first, createCounts)
  await produce(first, 0, 100)
  storage.setFaults({crashBeforeWrite: 1})
  const again = await join(beside(storage), 'first', 60_000)
  await until('all tasks to run here', () => tasksOf(again).length === 8)
  expect(await counts(again, await produce(again, 100, 200))).toEqual(each(40))
})

test('what one process does to the catalog happens in the others', async () => {
  const storage = openSimulatedStorage()
  const first = await join(storage, 'first')
  const second = await join(beside(storage), 'second')
  await execute(first, createWords)
  await execute(first, createCounts)
  await until('both to run tasks', () => tasksOf(first).length > 0 && tasksOf(second).length > 0)
  await execute(second, `PAUSE ${first.queries()[0]?.id};`)
  await until('both to pause', () => [first, second].every(engine => engine.queries()[0]?.state === 'PAUSED'))
  await execute(first, `RESUME ${first.queries()[0]?.id};`)
  expect(await counts(second, await produce(second, 0, 100))).toEqual(each(20))
  await execute(second, `DROP TABLE counts;`)
  await until('both to forget', () =>
    [first, second].every(engine => engine.queries().length === 0 && tasksOf(engine).length === 0),
  )
})
