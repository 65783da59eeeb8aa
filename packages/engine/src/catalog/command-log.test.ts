import {expect, test} from 'vitest'
import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import {array, BIGINT, decimal} from '../schema/sql-type.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'
import {decodeCommand, encodeCommand} from './command-codec.ts'
import {CommandLog} from './command-log.ts'
import type {Command} from './command.ts'

test('of two processes that write at once, one is told to look again, and both end with the same catalog', async () => {
  const storage = openSimulatedStorage()
  const one = await CommandLog.open(storage.log, instantClock())
  const two = await CommandLog.open(storage.log, instantClock())
  expect(await one.append([{kind: 'put-type', name: 'A', type: BIGINT}])).toBe('appended')
  const command: Command = {kind: 'put-type', name: 'B', type: array(decimal(4, 2))}
  expect(await two.append([command])).toBe('conflict')
  expect(await two.catchUp()).toHaveLength(1)
  expect(await two.append([command])).toBe('appended')
  await one.catchUp()
  expect([...one.catalog.types().keys()]).toEqual(['A', 'B'])
  expect(one.catalog.types()).toEqual(two.catalog.types())
  const three = await CommandLog.open(storage.log, instantClock())
  expect(three.catalog.types()).toEqual(two.catalog.types())
})

test('a command waits for replicas and disk, again when they do not follow in time, and is written once', async () => {
  const {log} = openSimulatedStorage()
  const asked: unknown[] = []
  const append = log.append.bind(log)
  log.append = async (batches, options) => {
    const outcomes = await append(batches, options)
    asked.push([options?.acks, ...outcomes.map(({kind}) => kind)])
    if (asked.length === 1) throw new EngineError('ACKS_NOT_REACHED', 'the replica is slow')
    return outcomes
  }
  const commands = await CommandLog.open(log, instantClock())
  expect(await commands.append([{kind: 'put-type', name: 'A', type: BIGINT}])).toBe('appended')
  expect(asked).toEqual([
    ['ALL', 'appended'],
    ['ALL', 'duplicate'],
  ])
  expect(await commands.catchUp()).toEqual([])
})

test('SQL values in plans survive being written', () => {
  const values = [
    null,
    true,
    5,
    -0,
    Number.NaN,
    Infinity,
    2n ** 60n,
    'a',
    new Uint8Array([0, 255]),
    [1, [2n]],
    new Map([['k', 2n ** 61n]]),
  ]
  const command = {
    kind: 'start-query',
    query: {plan: {root: {where: values.map(value => ({kind: 'literal', value}))}}},
  } as unknown as Command
  const back = decodeCommand(encodeCommand(command))
  expect(must(back, 'command')).toEqual(command)
})
