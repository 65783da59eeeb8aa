import {afterEach, expect, test} from 'vitest'
import {Engine} from '../../engine.ts'
import type {TailRequest} from '../../engine-api.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'

const engines: Engine[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.close()))
})

test('the first page of a tail says whether there is anything to catch up with', async () => {
  const engine = await Engine.open({storage: openSimulatedStorage()})
  engines.push(engine)
  await engine.createTopic({name: 't', partitions: 2})
  const isAtEnd = async (from: TailRequest['from']) => {
    const tail = engine.tail({topic: 't', from})
    const {value} = await tail.next()
    await tail.return?.()
    expect(value).toMatchObject({records: []})
    return value?.isAtEnd
  }
  expect(await isAtEnd({kind: 'earliest'})).toBe(true)
  await engine.produce({topic: 't', records: [{value: 1}]})
  expect(await isAtEnd({kind: 'earliest'})).toBe(false)
  expect(await isAtEnd({kind: 'latest'})).toBe(true)
})
