import {afterAll, beforeAll, expect, test} from 'vitest'
import {ask, post, produce, produceMutation, refusal, run} from './support/client.ts'
import {serve, type Served} from './support/servers.ts'
import {sse} from './support/subscriptions.ts'

let server: Served
beforeAll(async () => {
  server = await serve()
  const create = 'mutation($input: CreateTopicInput!) { createTopic(input: $input) { topic { keyIndex tombstoneRetentionMs } } }'
  await ask(server.url, create, {input: {name: 'carts', partitions: 3, keyIndex: true}})
  await ask(server.url, create, {input: {name: 'jobs', partitions: 2}})
})
afterAll(() => server.close())

type Page = {
  readonly events: readonly {version: string; record: {value: unknown}}[]
  readonly version: string
  readonly nextVersion: string
}
const pageFields = '{ events { version record { value } } version nextVersion isAtEnd }'

test('events of a key are read by version, and a produce that expects another version says what was found', async () => {
  await produce(server.url, 'carts', [
    {key: 'c1', value: 'made', expectedVersion: 0},
    {key: 'c1', value: 'filled', eventId: null},
  ])
  const records = [{key: 'c1', value: 'paid', expectedVersion: '1'}]
  const error = await refusal(server.url, produceMutation, {input: {topic: 'carts', records}})
  expect(error.extensions).toMatchObject({code: 'VERSION_CONFLICT', found: 2, expected: 1, key: 'c1'})
  const query = `query($from: BigInt) { keyEvents(topic: "carts", key: "c1", fromVersion: $from) ${pageFields} }`
  const {keyEvents} = await ask<{keyEvents: Page}>(server.url, query, {from: 1})
  expect(keyEvents).toEqual({events: [{version: '1', record: {value: 'filled'}}], version: '2', nextVersion: '2', isAtEnd: true})
})

test('a topic says what the store promises of it; a payload of its own fields too', async () => {
  const create =
    'mutation { createTopic(input: {name: "safe", partitions: 2}) { name partitions { id } topic { durability { acksAll canAckAll } } } }'
  expect(await ask(server.url, create)).toMatchObject({
    createTopic: {name: 'safe', partitions: [{id: 0}, {id: 1}], topic: {durability: {canAckAll: true}}},
  })
  const described = await ask<{topics: {durability: unknown}[]; health: unknown}>(
    server.url,
    '{ topics { durability { acksLeader acksAll facts { name } } } health { acksLeader acksAll facts { name } } }',
  )
  for (const {durability} of described.topics) expect(durability).toEqual(described.health)
})

test('a position that says nothing is refused and not taken for the begin', async () => {
  const page = (args: string) => refusal(server.url, `{ topic(name: "jobs") { records(${args}) { endCursor } } }`)
  for (const from of ['earliest', 'latest'])
    expect((await page(`from: {${from}: false}`)).message).toBe('from: found no position, expected one that is not false or null')
  for (const args of ['after: ""', 'from: {cursor: ""}'])
    expect((await page(args)).extensions).toMatchObject({code: 'CURSOR_INVALID'})
})

test('a conflict over a key of 64 bits keeps its digits', async () => {
  await run(server.url, "CREATE STREAM wide (id BIGINT KEY, v INT) WITH (KAFKA_TOPIC='wide', PARTITIONS=1, KEY_INDEX=true);")
  const input = {topic: 'wide', records: [{key: '9007199254740993', value: {V: 1}, expectedVersion: 1}]}
  const {text} = await post(server.url, {query: produceMutation, variables: {input}})
  expect(text).toContain('"code":"VERSION_CONFLICT"')
  expect(text).toContain('"key":9007199254740993,')
})

test('who subscribes to a key sees its events and no others', async () => {
  const subscription = await sse.subscribe(server.url, `subscription { keyEvents(topic: "carts", key: "c2") ${pageFields} }`)
  await produce(server.url, 'carts', [{key: 'c3', value: 'other'}])
  await produce(server.url, 'carts', [{key: 'c2', value: 'mine'}])
  expect(await subscription.next()).toMatchObject({data: {keyEvents: {events: [{version: '0', record: {value: 'mine'}}]}}})
  await subscription.close()
})

const consumeJobs = (more: string) => `subscription { consume(topic: "jobs", group: "workers", ${more}) {
  topic partition memberId generation records { offset value } } }`
type Batch = {topic: string; partition: number; memberId: string; generation: number; records: {offset: string; value: unknown}[]}
const commitMutation = 'mutation($input: CommitOffsetsInput!) { commitOffsets(input: $input) { group { lag members { id } } } }'

test('a consumer gets no more than it asked for ahead of its commits; then the group is reset, after a look at what would change', async () => {
  await produce(
    server.url,
    'jobs',
    Array.from({length: 6}, (_, i) => ({value: i, partition: 0})),
  )
  const subscription = await sse.subscribe(server.url, consumeJobs('maxUnacked: 4, maxRecords: 4'))
  const next = async (): Promise<Batch> => (await subscription.next())?.data?.['consume'] as Batch
  const commit = ({topic, partition, memberId, generation, records}: Batch) =>
    ask(server.url, commitMutation, {
      input: {
        group: 'workers',
        memberId,
        generation,
        offsets: [{topic, partition, offset: `${Number(records.at(-1)?.offset) + 1}`}],
      },
    })
  const first = await next()
  expect(first.records.map(({value}) => value)).toEqual([0, 1, 2, 3])
  expect(await commit(first)).toMatchObject({commitOffsets: {group: {lag: '2', members: [{id: first.memberId}]}}})
  const second = await next()
  expect(second.records.map(({value}) => value)).toEqual([4, 5])
  await commit(second)
  const reset =
    'mutation($input: ResetOffsetsInput!) { resetOffsets(input: $input) { isDryRun resets { partition before after } } }'
  const input = {group: 'workers', topic: 'jobs', partitions: [0], to: {shift: -2}}
  expect((await refusal(server.url, reset, {input})).extensions).toMatchObject({code: 'GROUP_NOT_EMPTY'})
  await subscription.close()
  const done = await retried(() => ask(server.url, reset, {input: {...input, dryRun: true}}))
  expect(done).toEqual({resetOffsets: {isDryRun: true, resets: [{partition: 0, before: '6', after: '4'}]}})
  expect(await lag()).toBe('0')
  await ask(server.url, reset, {input})
  expect(await lag()).toBe('2')
  await ask(server.url, 'mutation { dropConsumerGroup(id: "workers") { id } }')
  expect(await ask(server.url, '{ consumerGroups { id } }')).toEqual({consumerGroups: []})
})

const lag = async () =>
  (await ask<{consumerGroup: {lag: string}}>(server.url, '{ consumerGroup(id: "workers") { lag } }')).consumerGroup.lag

/** The server hears of a client that went away a moment later. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt > 50) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

test('what is expected of a key may be a word; ids name the events of their key', async () => {
  const send = (record: object) => produce(server.url, 'carts', [{key: 'c9', value: 1, ...record}])
  await send({expectedVersion: 'none'})
  await send({expectedVersion: 'ANY', eventId: 'paid'})
  expect(
    (await refusal(server.url, produceMutation, {input: {topic: 'carts', records: [{key: 'c9', expectedVersion: 'none'}]}}))
      .extensions,
  ).toMatchObject({
    code: 'VERSION_CONFLICT',
    found: 2,
    expected: 0,
  })
  for (const key of ['c9', 'c10', 'c11', 'c12']) await produce(server.url, 'carts', [{key, value: 1, eventId: 'paid'}])
  const versions = await Promise.all(
    ['c9', 'c10', 'c11', 'c12'].map(async key => {
      const query = 'query($key: JSON!) { keyEvents(topic: "carts", key: $key) { version } }'
      return (await ask<{keyEvents: Page}>(server.url, query, {key})).keyEvents.version
    }),
  )
  expect(versions).toEqual(['2', '1', '1', '1'])
  const words = await refusal(server.url, produceMutation, {
    input: {topic: 'carts', records: [{key: 'c9', expectedVersion: 'one'}]},
  })
  expect(words.message).toContain('expected a whole number, "none" or "any"')
})

test('bad input of a producer or a consumer is named with what was found and what was expected', async () => {
  const said = async (more: object, record: object = {value: 1}) =>
    (await refusal(server.url, produceMutation, {input: {topic: 'jobs', records: [record], ...more}})).message
  const header = (value: string) => ({value, headers: [{key: 'h', value}]})
  expect(await produce(server.url, 'jobs', ['AQ==', '***', 'A', 'AQ'].map(header))).toMatchObject({
    accepted: 2,
    errors: [
      {index: 1, code: 'RECORD_INVALID', message: 'header "h": found "***", expected base64'},
      {index: 2, code: 'RECORD_INVALID', message: 'header "h": found "A", expected base64'},
    ],
  })
  expect(await said({producer: {id: '', epoch: 0, sequence: 0}})).toContain('found an empty id')
  expect(await said({producer: {id: 'p', epoch: 0, sequence: -1}})).toContain('found sequence -1')
  const retry = {topic: 'jobs', records: [{value: 1, partition: 0}], producer: {id: 'p', epoch: 0, sequence: 3}}
  expect((await refusal(server.url, produceMutation, {input: retry})).message).toBe('found sequence 3 for jobs/0, expected 0')
  const events = 'query { keyEvents(topic: "carts", key: "c1", fromVersion: -1) { version } }'
  expect((await refusal(server.url, events)).message).toContain('fromVersion: found -1')
  const subscription = await sse.subscribe(server.url, consumeJobs('maxUnacked: 0'))
  expect(await subscription.next()).toMatchObject({errors: [{extensions: {code: 'INVALID_ARGUMENT'}}]})
  await subscription.close()
  const grow = 'mutation { alterTopic(input: {name: "jobs", partitions: 0}) { topic { name } } }'
  expect((await refusal(server.url, grow)).message).toBe('found 0 partitions, expected 1 to 1000')
})

test('settings of compaction are taken and given back, and one that can not be is refused', async () => {
  const fields = 'topic { cleanupPolicy tombstoneRetentionMs minCleanableDirtyRatio maxCompactionLagMs minCompactionLagMs }'
  const create = `mutation($input: CreateTopicInput!) { createTopic(input: $input) { ${fields} } }`
  const alter = `mutation($input: AlterTopicInput!) { alterTopic(input: $input) { ${fields} } }`
  const compaction = {minCleanableDirtyRatio: 0.1, maxCompactionLagMs: '90000', minCompactionLagMs: '5000'}
  const input = {name: 'profiles', cleanupPolicy: 'COMPACT', tombstoneRetentionMs: '1000', ...compaction}
  const {name, ...settings} = input
  expect(await ask(server.url, create, {input})).toEqual({createTopic: {topic: settings}})
  expect(await ask(server.url, alter, {input: {name, maxCompactionLagMs: null, minCompactionLagMs: 0}})).toMatchObject({
    alterTopic: {topic: {maxCompactionLagMs: null, minCompactionLagMs: '0', minCleanableDirtyRatio: 0.1}},
  })
  const refused = await refusal(server.url, alter, {input: {name, minCleanableDirtyRatio: 2}})
  expect(refused).toMatchObject({
    message: expect.stringContaining('found minCleanableDirtyRatio 2, expected a number from 0 to 1'),
    extensions: {code: 'INVALID_CONFIG'},
  })
})
