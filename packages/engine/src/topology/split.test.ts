import {expect, test} from 'vitest'
import {EngineError} from '../base/errors.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {partitionPlan} from './copartition.ts'
import {printTopology} from './print-topology.ts'
import {splitTopology} from './split.ts'
import * as kit from './testkit.ts'
import {column, count, source} from './testkit.ts'

const split = (plan: Parameters<typeof splitTopology>[0]) => splitTopology(plan, 'CTAS_T_1', {kind: 'result'})
const stream = source('s', 'stream', {V: BIGINT})

test('a plan is cut at a repartition; changes of a table travel with old and new values', () => {
  const table = source('t', 'table', {V: BIGINT}, {store: 't'})
  const parts = split(kit.aggregate(kit.rekey(table, [column(1, BIGINT)]), [count]))
  expect(parts.map(({inputs, stores}) => [inputs.map(({topic}) => topic), stores])).toEqual([
    [['t'], ['t']],
    [['CTAS_T_1-rekey-repartition'], ['aggregate']],
  ])
  expect(parts[1]?.inputs[0]?.schema.value.map(({name}) => name)).toEqual(['V', 'V (before)', 'CHANGE'])
})

test('a foreign-key join runs in three parts', () => {
  const people = source('l', 'table', {OF: VARCHAR})
  const parts = split(kit.foreignKeyJoin(people, source('r', 'table', {W: BIGINT}), 'left', column(1, VARCHAR)))
  expect(parts.map(({inputs}) => inputs.map(({topic}) => topic))).toEqual([
    ['l'],
    ['CTAS_T_1-join-registrations', 'r'],
    ['CTAS_T_1-join-responses'],
  ])
  const {tasks, internalTopics} = partitionPlan(parts, topic => (topic === 'r' ? 3 : 2))
  expect(tasks).toEqual([2, 3, 3])
  expect(internalTopics.get('CTAS_T_1-join-registrations')).toBe(3)
})

test('sources of one join must have the same number of partitions', () => {
  const parts = split(kit.streamTableJoin(stream, source('r', 'table', {W: BIGINT}), 'inner'))
  expect(() => partitionPlan(parts, topic => (topic === 'r' ? 3 : 2))).toThrow(EngineError)
  expect(partitionPlan(parts, () => 4).tasks).toEqual([4])
})

test('a topology is described as text', () => {
  const parts = split(kit.aggregate(kit.rekey(stream, [column(1, BIGINT)]), [count]))
  expect(printTopology(parts).split('\n')).toEqual([
    'Sub-topology 0',
    '  -> topic CTAS_T_1-rekey-repartition',
    '    rekey',
    '      s <- topic s',
    '',
    'Sub-topology 1',
    '  -> result',
    '    aggregate (stores: aggregate)',
    '      <- internal topic CTAS_T_1-rekey-repartition',
  ])
})
