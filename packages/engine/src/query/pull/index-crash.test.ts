import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {systemClock, type Clock} from '../../base/clock.ts'
import {Engine} from '../../engine.ts'
import {limits} from '../../limits.ts'
import {openSimulatedStorage, type SimulatedFaults, type SimulatedWorld} from '../../storage/simulated/open.ts'

const ROWS = 300
beforeEach(
  () =>
    void vi
      .spyOn<{indexBuildEntriesPerCommit: number}, 'indexBuildEntriesPerCommit'>(limits, 'indexBuildEntriesPerCommit', 'get')
      .mockReturnValue(70),
)
afterEach(() => vi.restoreAllMocks())

/** Rows that take several commits to index. */
async function prepared(): Promise<SimulatedWorld> {
  const storage = openSimulatedStorage()
  const engine = await Engine.open({storage, tasks: 'manual'})
  await engine.execute(`CREATE TABLE t (id INT PRIMARY KEY, city VARCHAR, age INT) WITH (KAFKA_TOPIC='t', PARTITIONS=1);`)
  const records = Array.from({length: ROWS}, (_, id) => ({key: id, value: {CITY: `c${id % 50}`, AGE: id % 90}}))
  await engine.produce({topic: 't', records})
  await engine.settle()
  await engine.close()
  return storage.snapshot()
}

/** The process stops at the crash: nothing that waits goes on. Says whether there was one. */
async function onWorld(
  world: SimulatedWorld,
  faults: SimulatedFaults,
  work: (engine: Engine) => Promise<unknown>,
): Promise<boolean> {
  const storage = openSimulatedStorage({world, faults})
  let crash = (): void => {}
  const crashed = new Promise<void>(resolve => (crash = resolve))
  const clock: Clock = {
    nowMs: () => systemClock.nowMs(),
    sleep: (ms, signal) => {
      if (!storage.hasCrashed) return systemClock.sleep(ms, signal)
      crash()
      return new Promise(() => {})
    },
  }
  const life = async (): Promise<void> => {
    const engine = await Engine.open({storage, tasks: 'manual', clock})
    await work(engine)
    await engine.settle()
    await engine.close()
  }
  const failed = (error: unknown): void => {
    if (!storage.hasCrashed) throw error
  }
  await Promise.race([life().catch(failed), crashed])
  return storage.hasCrashed
}

async function rowsOf(engine: Engine, where: string): Promise<unknown> {
  const result = await engine.pull(`SELECT id, age FROM t WHERE ${where} ORDER BY id`)
  return result.kind === 'rows' ? result.rows : result.message
}

test('a crash before any write of an index build leaves look-ups right, before and after it goes on', async () => {
  const world = await prepared()
  const pristine = openSimulatedStorage({world})
  let crashes = 0
  for (let crashBeforeWrite = 1; ; crashBeforeWrite++) {
    const copy = pristine.snapshot()
    const hasCrashed = await onWorld(copy, {crashBeforeWrite}, async engine => {
      await engine.execute('CREATE INDEX by_city ON t (city, age);')
      await engine.execute(`INSERT INTO t (id, city, age) VALUES (3, 'moved', 1); DELETE FROM t WHERE id = 53;`)
    })
    if (!hasCrashed) break
    crashes++
    await onWorld(copy, {}, async engine => {
      const check = async (): Promise<void> => {
        for (const condition of [`= 'c3' AND age < 40`, `= 'moved'`, `IN ('c7', 'elsewhere')`])
          expect(await rowsOf(engine, `city ${condition}`)).toEqual(await rowsOf(engine, `CONCAT(city, '') ${condition}`))
      }
      await check()
      await engine.execute('CREATE INDEX IF NOT EXISTS by_city ON t (city, age);')
      await engine.execute(`INSERT INTO t (id, city, age) VALUES (7, 'elsewhere', 2), (103, 'c7', 2);`)
      await engine.settle()
      await check()
      const explained = await engine.execute(`EXPLAIN SELECT id FROM t WHERE city = 'c3';`)
      expect(explained.kind === 'executed' && explained.statements[0]?.message).toContain('index BY_CITY')
    })
  }
  expect(crashes).toBeGreaterThan(3)
})
