import {expect, test} from 'vitest'
import {SharedRuns} from './shared-runs.ts'

/** Work that ends when it is told to, with how many were begun before it. */
function counted() {
  const begun: {readonly end: () => void; readonly fail: () => void}[] = []
  const work = (): Promise<number> => {
    const run = begun.length
    return new Promise((resolve, reject) => begun.push({end: () => resolve(run), fail: () => reject(new Error('away'))}))
  }
  return {begun, work}
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

test('those who ask while a run is under way share the next one, and nobody gets what was begun before he asked', async () => {
  const {begun, work} = counted()
  const runs = new SharedRuns<number>()
  const first = runs.run('a', work)
  const waiting = [runs.run('a', work), runs.run('a', work)]
  const other = runs.run('b', work)
  expect(begun).toHaveLength(2)
  begun[0]?.end()
  expect(await first).toBe(0)
  await turn()
  expect(begun).toHaveLength(3)
  const late = runs.run('a', work)
  begun[2]?.end()
  expect(await Promise.all(waiting)).toEqual([2, 2])
  await turn()
  begun[3]?.end()
  expect(await late).toBe(3)
  begun[1]?.end()
  expect(await other).toBe(1)
})

test('a run that fails fails for those who share it; who asks next begins anew', async () => {
  const {begun, work} = counted()
  const runs = new SharedRuns<number>()
  const [first, second] = [runs.run('a', work), runs.run('a', work)]
  begun[0]?.fail()
  await expect(first).rejects.toThrow('away')
  await turn()
  begun[1]?.end()
  expect(await second).toBe(1)
  await turn()
  const third = runs.run('a', work)
  begun[2]?.end()
  expect(await third).toBe(2)
})
