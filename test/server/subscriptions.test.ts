import {expect, onTestFinished, test} from 'vitest'
import {WebSocket} from 'ws'
import {ask, produce, produceMutation, run, until} from './support/client.ts'
import {serve, type Served} from './support/servers.ts'
import {dataOf, openClient, pushQuery, sse, take, webSocket, type Event, type Subscription} from './support/subscriptions.ts'

async function open(): Promise<Served> {
  const server = await serve()
  onTestFinished(() => server.close())
  await run(
    server.url,
    `CREATE STREAM s (id BIGINT KEY, n INT) WITH (KAFKA_TOPIC='s', PARTITIONS=3, VALUE_FORMAT='JSON');
     CREATE STREAM even AS SELECT id, n FROM s WHERE n % 2 = 0;`,
  )
  return server
}

const rows = (from: number, to: number) => Array.from({length: to - from}, (_, i) => ({key: from + i, value: {N: from + i}}))
const even = 'SELECT n FROM even EMIT CHANGES;'
const numbers = (found: readonly Record<string, unknown>[]): number[] => found.map(({N}) => Number(N)).sort((a, b) => a - b)
const evens = (from: number, to: number): number[] =>
  rows(from, to)
    .map(({key}) => key)
    .filter(n => n % 2 === 0)

for (const transport of [sse, webSocket]) {
  const subscribe = async (url: string, query: string, variables = {}): Promise<Subscription> => {
    const subscription = await transport.subscribe(url, query, variables)
    onTestFinished(() => subscription.close())
    return subscription
  }

  test(`${transport.name}: rows come as they are produced, and a cursor continues without gap or repeat`, async () => {
    const {url} = await open()
    const first = await subscribe(url, pushQuery, {sql: even})
    const start = await take(first, 0)
    expect(start).toMatchObject({rows: [], cursor: expect.stringMatching(/./) as string})
    await produce(url, 's', rows(0, 100))
    const seen = await take(first, 50)
    expect(numbers(seen.rows)).toEqual(evens(0, 100))
    await first.close()

    await produce(url, 's', rows(100, 200))
    const second = await subscribe(url, pushQuery, {sql: even, after: seen.cursor})
    await produce(url, 's', rows(200, 300))
    expect(numbers((await take(second, 100)).rows)).toEqual(evens(100, 300))

    const again = await subscribe(url, pushQuery, {sql: even, after: start.cursor})
    expect(numbers((await take(again, 150)).rows)).toEqual(evens(0, 300))
  })

  test(`${transport.name}: a cursor taken anywhere leaves exactly the rest`, async () => {
    const {url} = await open()
    const from = await take(await subscribe(url, pushQuery, {sql: even}), 0)
    for (let at = 0; at < 400; at += 40) await produce(url, 's', rows(at, at + 40))
    const seen: number[] = []
    for (let cursor = from.cursor; seen.length < 200;) {
      const subscription = await subscribe(url, pushQuery, {sql: even, after: cursor})
      const part = await take(subscription, 1)
      await subscription.close()
      seen.push(...numbers(part.rows))
      cursor = part.cursor
    }
    expect(seen.sort((a, b) => a - b)).toEqual(evens(0, 400))
  })

  test(`${transport.name}: a refused statement ends the subscription, and its place stands in extensions`, async () => {
    const {url} = await open()
    const subscription = await subscribe(url, pushQuery, {sql: 'SELECT n FROM\nevn EMIT CHANGES;'})
    const event = await subscription.next()
    expect(event?.errors?.[0]?.extensions).toMatchObject({
      code: 'SQL_INVALID',
      line: 2,
      column: 1,
      retryable: false,
      hint: expect.stringMatching(/EVEN/) as string,
    })
    expect(await subscription.next()).toBeUndefined()
  })

  test(`${transport.name}: a cursor of another query is refused`, async () => {
    const {url} = await open()
    const {cursor} = await take(await subscribe(url, pushQuery, {sql: even}), 0)
    const other = await subscribe(url, pushQuery, {sql: 'SELECT id FROM even EMIT CHANGES;', after: cursor})
    expect((await other.next())?.errors?.[0]?.extensions).toMatchObject({code: 'CURSOR_INVALID'})
  })

  test(`${transport.name}: LIMIT ends the subscription`, async () => {
    const {url} = await open()
    const subscription = await subscribe(url, pushQuery, {sql: 'SELECT n FROM even EMIT CHANGES LIMIT 3;'})
    await take(subscription, 0)
    await produce(url, 's', rows(0, 100))
    expect((await take(subscription, 3)).rows).toHaveLength(3)
    expect(await subscription.next()).toBeUndefined()
  })

  test(`${transport.name}: records of a topic, by position and by cursor`, async () => {
    const {url} = await open()
    await produce(url, 's', rows(0, 10))
    const query = `subscription($from: StreamPosition, $after: String) { records(topic: "s", from: $from, after: $after) { records { offset value } cursor } }`
    type Batch = {records: {value: {N: number}}[]; cursor: string}
    const takeRecords = async (subscription: Subscription, count: number) => {
      const seen: number[] = []
      let cursor = ''
      while (seen.length < count) {
        const batch = dataOf(await subscription.next())['records'] as Batch
        seen.push(...batch.records.map(({value}) => value.N))
        cursor = batch.cursor
      }
      return {seen: seen.sort((a, b) => a - b), cursor}
    }
    const all = await takeRecords(await subscribe(url, query, {from: {earliest: true}}), 10)
    expect(all.seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await produce(url, 's', rows(10, 15))
    expect((await takeRecords(await subscribe(url, query, {after: all.cursor}), 5)).seen).toEqual([10, 11, 12, 13, 14])
    const unknown = await subscribe(url, 'subscription { records(topic: "nowhere") { cursor } }')
    expect((await unknown.next())?.errors?.[0]?.extensions).toEqual({code: 'TOPIC_NOT_FOUND', retryable: false})
  })

  test(`${transport.name}: a group's records come once, and go on behind what was committed`, async () => {
    const {url} = await open()
    await produce(url, 's', rows(0, 20))
    const query =
      'subscription { consume(topic: "s", group: "g", onNoOffset: EARLIEST) { topic partition memberId generation records { offset value } } }'
    type Batch = {partition: number; memberId: string; generation: number; records: {offset: string; value: {N: number}}[]}
    const takeRecords = async (subscription: Subscription, count: number): Promise<number[]> => {
      const seen: number[] = []
      while (seen.length < count) {
        const {partition, memberId, generation, records} = dataOf(await subscription.next())['consume'] as Batch
        seen.push(...records.map(({value}) => value.N))
        const offset = Number(records.at(-1)?.offset) + 1
        await ask(url, 'mutation($input: CommitOffsetsInput!) { commitOffsets(input: $input) { group { lag } } }', {
          input: {group: 'g', memberId, generation, offsets: [{topic: 's', partition, offset}]},
        })
      }
      return seen.sort((a, b) => a - b)
    }
    const first = await subscribe(url, query)
    expect(await takeRecords(first, 20)).toEqual(rows(0, 20).map(({key}) => key))
    await first.close()
    await produce(url, 's', rows(20, 30))
    const second = await subscribe(url, query)
    expect(await takeRecords(second, 10)).toEqual(rows(20, 30).map(({key}) => key))
  })

  test(`${transport.name}: subscriptions end when their clients go away`, async () => {
    const {url, engine} = await open()
    const subscriptions = await Promise.all(Array.from({length: 5}, () => subscribe(url, pushQuery, {sql: even})))
    for (const subscription of subscriptions) await take(subscription, 0)
    expect((await engine.metrics()).pushSubscriptions).toBe(5)
    for (const subscription of subscriptions) await subscription.close()
    await until(
      'all ended',
      async () => (await engine.metrics()).pushSubscriptions,
      count => count === 0,
    )
  })

  test(`${transport.name}: metrics come in frames`, async () => {
    const {url} = await open()
    const subscription = await subscribe(
      url,
      'subscription { metrics(everyMs: 250) { sequence recordsProduced topics { names } } }',
    )
    const first = await subscription.next()
    await produce(url, 's', rows(0, 10))
    const second = await subscription.next()
    expect([first, second].map(it => it?.data?.['metrics'])).toMatchObject([
      {sequence: 0, recordsProduced: '0'},
      {sequence: 1, recordsProduced: '10', topics: {names: expect.arrayContaining(['s']) as string[]}},
    ])
  })
}

test('graphql-transport-ws: completing one subscription ends it at once and leaves the others of its socket', async () => {
  const {url, engine} = await open()
  const client = openClient(url)
  onTestFinished(async () => client.dispose())
  const events: Event[] = []
  const stop = client.subscribe({query: pushQuery, variables: {sql: even}}, {next: () => {}, error: () => {}, complete: () => {}})
  client.subscribe(
    {query: pushQuery, variables: {sql: even}},
    {next: event => void events.push(event as Event), error: () => {}, complete: () => {}},
  )
  await until(
    'both run',
    async () => (await engine.metrics()).pushSubscriptions,
    count => count === 2,
  )
  stop()
  await until(
    'one has ended',
    async () => (await engine.metrics()).pushSubscriptions,
    count => count === 1,
  )
  await produce(url, 's', rows(0, 2))
  await until(
    'the other goes on',
    () => events.flatMap(it => (dataOf(it)['pushQuery'] as {rows: unknown[]}).rows),
    found => found.length === 1,
  )
})

test('graphql-transport-ws: queries and mutations run too, and their errors have codes', async () => {
  const {url} = await open()
  const client = openClient(url)
  onTestFinished(async () => client.dispose())
  const request = async (query: string): Promise<Event> => (await client.iterate({query}).next()).value as Event
  expect(await request('{ streams { name } }')).toEqual({data: {streams: [{name: 'S'}, {name: 'EVEN'}]}})
  const failed = await request('mutation { produce(input: {topic: "nowhere", records: []}) { accepted } }')
  expect(failed.errors?.[0]?.extensions).toMatchObject({code: 'TOPIC_NOT_FOUND', retryable: false})
  for (const query of ['{ nope }', 'query A { topics { name } } query B { topics { name } }'])
    await expect(request(query)).rejects.toMatchObject([{extensions: {code: 'BAD_REQUEST', retryable: false}}])
})

test('graphql-transport-ws: longs keep their digits both ways', async () => {
  const {url} = await open()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  onTestFinished(async () => socket.terminate())
  const received: string[] = []
  socket.on('message', data => void received.push(String(data)))
  await new Promise(resolve => socket.once('open', resolve))
  socket.send('{"type": "connection_init"}')
  const subscribe = (id: string, query: string, variables: string) =>
    socket.send(`{"type": "subscribe", "id": "${id}", "payload": {"query": ${JSON.stringify(query)}, "variables": ${variables}}}`)
  await until(
    'the socket is welcome',
    () => received,
    found => found.length === 1,
  )
  subscribe('1', pushQuery, '{"sql": "SELECT id FROM s EMIT CHANGES;"}')
  await until(
    'the push query runs',
    () => received,
    found => found.length === 2,
  )
  subscribe('2', produceMutation, '{"input": {"topic": "s", "records": [{"key": 9007199254740993, "value": {}}]}}')
  await until(
    'the row is there',
    () => received.join(),
    text => text.includes('"rows":[{"ID":9007199254740993}]'),
  )
})

test('graphql-transport-ws: more operations on a socket than it may have are refused, one by one', async () => {
  const {url} = await open()
  const client = openClient(url)
  onTestFinished(async () => client.dispose())
  const refused: unknown[] = []
  for (let i = 0; i < 103; i++)
    client.subscribe(
      {query: 'subscription { metrics(everyMs: 60000) { sequence } }'},
      {next: () => {}, error: error => void refused.push(error), complete: () => {}},
    )
  await until(
    'three are refused',
    () => refused,
    found => found.length === 3,
  )
  expect(refused).toMatchObject(refused.map(() => [{extensions: {code: 'LIMIT_EXCEEDED', retryable: false}}]))
})
