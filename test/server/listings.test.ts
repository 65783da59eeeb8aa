import {afterAll, beforeAll, expect, test} from 'vitest'
import {ask, refusal} from './support/client.ts'
import {serve, type Served} from './support/servers.ts'

let server: Served
beforeAll(async () => {
  server = await serve()
  const create = 'mutation($input: CreateTopicInput!) { createTopic(input: $input) { topic { name } } }'
  for (const name of ['d', 'a', 'c', 'b']) await ask(server.url, create, {input: {name, partitions: 400}})
  await server.engine.produce({
    topic: 'c',
    records: Array.from({length: 5}, (_, i) => ({value: i, partition: 399, timestampMs: i})),
  })
  for (const group of ['x', 'z', 'y'])
    await server.engine.commitOffsets({
      group,
      offsets: Array.from({length: 400}, (_, partition) => ({topic: 'c', partition, offset: 0})),
    })
})
afterAll(() => server.close())

type Topics = {readonly topics: readonly {readonly name: string; readonly partitions: readonly {readonly endOffset: string}[]}[]}
type Groups = {
  readonly consumerGroups: readonly {
    readonly id: string
    readonly lag: string
    readonly offsets: readonly {readonly partition: number; readonly lagMs: string}[]
  }[]
}

test('topics come by name, and a page goes on behind the last name', async () => {
  const query = 'query($after: String) { topics(first: 2, after: $after) { name partitions { endOffset } } }'
  const first = await ask<Topics>(server.url, query)
  expect(first.topics.map(({name}) => name)).toEqual(['a', 'b'])
  const second = await ask<Topics>(server.url, query, {after: 'b'})
  expect(second.topics.map(({name, partitions}) => [name, partitions.length, partitions.at(-1)?.endOffset])).toEqual([
    ['c', 400, '5'],
    ['d', 400, '0'],
  ])
  expect(await ask<Topics>(server.url, query, {after: 'd'})).toEqual({topics: []})
  expect((await refusal(server.url, '{ topics(first: 1001) { name } }')).extensions).toMatchObject({code: 'LIMIT_EXCEEDED'})
})

test('groups come by id with all their offsets, page by page; lag in time is found wherever it is asked for', async () => {
  const query = `query($after: String) { consumerGroups(first: 2, after: $after) { id lag offsets { ...where } } }
    fragment where on GroupOffset { partition lagMs }`
  const first = await ask<Groups>(server.url, query)
  expect(first.consumerGroups.map(({id, lag}) => [id, lag])).toEqual([
    ['x', '5'],
    ['y', '5'],
  ])
  const second = await ask<Groups>(server.url, query, {after: 'y'})
  const offsets = Array.from({length: 400}, (_, partition) => ({partition, lagMs: partition === 399 ? '4' : '0'}))
  expect(second.consumerGroups).toEqual([{id: 'z', lag: '5', offsets}])
  expect(await ask(server.url, '{ consumerGroups(after: "y") { lag } }')).toEqual({consumerGroups: [{lag: '5'}]})
})

test('a commit answers with the group as it is then', async () => {
  const commit = `mutation($input: CommitOffsetsInput!) { commitOffsets(input: $input) { group { id lag } } }`
  const input = {group: 'x', offsets: [{topic: 'c', partition: 399, offset: 3}]}
  expect(await ask(server.url, commit, {input})).toEqual({commitOffsets: {group: {id: 'x', lag: '2'}}})
})
