import {afterAll, beforeAll, expect, test} from 'vitest'
import {ask, post, produceMutation, refusal, replyOf, run} from './support/client.ts'
import {serve, type Served} from './support/servers.ts'

let server: Served
beforeAll(async () => {
  server = await serve()
  await run(
    server.url,
    `CREATE STREAM s (id BIGINT KEY, name VARCHAR) WITH (KAFKA_TOPIC='s', PARTITIONS=2, VALUE_FORMAT='JSON');`,
  )
})
afterAll(() => server.close())

const get = async (query: string, headers: Record<string, string> = {}) =>
  replyOf(await fetch(`${server.url}/graphql?${new URLSearchParams({query})}`, {headers}))
const response = 'application/graphql-response+json'

test('the media type that is asked for is the one that is sent', async () => {
  const query = {query: '{ topics { name } }'}
  expect((await post(server.url, query)).type).toMatch('application/json')
  expect((await post(server.url, query, {accept: response})).type).toMatch(response)
  expect((await post(server.url, query, {accept: `${response}, application/json;q=0.9`})).type).toMatch(response)
  expect((await post(server.url, query, {accept: 'application/json'})).type).toMatch('application/json')
  expect((await post(server.url, query, {accept: 'image/png'})).status).toBe(406)
  expect((await post(server.url, query, {'content-type': 'text/plain'})).status).toBe(415)
})

test('what cannot run is 400 under the new media type, and 200 under application/json', async () => {
  for (const query of ['{ nope }', '{ topics', 'query($a: Int!) { topics { name } }']) {
    expect([query, (await post(server.url, {query}, {accept: response})).status]).toEqual([query, 400])
    const {status, body} = await post(server.url, {query}, {accept: 'application/json'})
    expect([query, status]).toEqual([query, 200])
    expect(body.errors?.[0]?.extensions).toMatchObject({code: 'BAD_REQUEST', retryable: false})
  }
})

test('a subscription whose client takes no event stream is 406, and says what it takes', async () => {
  const reply = await post(server.url, {query: 'subscription { metrics { at } }'}, {accept: 'application/json'})
  expect(reply.status).toBe(406)
  expect(reply.body.errors?.[0]).toMatchObject({
    message: expect.stringContaining('expected accept: text/event-stream') as string,
    extensions: {code: 'INVALID_ARGUMENT'},
  })
})

test('whatever is nested too deeply is refused with a code', async () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  const send = (query: string, variables: string) =>
    post(server.url, `{"query": ${JSON.stringify(query)}, "variables": ${variables}}`)
  for (const query of [
    `{${'a{'.repeat(2_400)}b${'}'.repeat(2_400)}}`,
    `{ keyEvents(topic: "s", key: ${deep(2_400)}) { version } }`,
  ]) {
    const [error] = (await post(server.url, {query})).body.errors ?? []
    expect([query.slice(0, 20), error?.extensions['code']]).toEqual([query.slice(0, 20), 'LIMIT_EXCEEDED'])
  }
  const execute = 'mutation($p: JSON) { executeSql(sql: "SHOW TOPICS;", properties: $p) { __typename } }'
  for (const properties of [`{"auto.offset.reset": ${deep(6_000)}}`, '"text"', '[1]']) {
    const [error] = (await send(execute, `{"p": ${properties}}`)).body.errors ?? []
    expect(error).toMatchObject({
      message: expect.stringContaining('properties: found a ') as string,
      extensions: {code: 'INVALID_ARGUMENT'},
    })
  }
})

test('an error shows no more than the ends of what was sent', async () => {
  const name = `${'x'.repeat(100_000)}!`
  const error = await refusal(server.url, 'query($n: String!) { keyEvents(topic: $n, key: 1) { version } }', {n: name})
  expect(error.extensions).toMatchObject({code: 'TOPIC_NOT_FOUND'})
  expect(error.message).toMatch(/^there is no topic x+…x+!$/)
  expect(JSON.stringify(error).length).toBeLessThan(2_000)
  const time = await refusal(
    server.url,
    'query($n: BigInt!) { topic(name: "s") { records(from: {timestamp: $n}) { endCursor } } }',
    {n: name},
  )
  expect(JSON.stringify(time).length).toBeLessThan(2_000)
})

test('a body that is no request is 400, with a code', async () => {
  for (const body of ['{', '[]', '"text"', '[{"query":"{ topics { name } }"}]']) {
    const reply = await post(server.url, body)
    expect([body, reply.status]).toEqual([body, 400])
    expect(reply.body.errors?.[0]?.extensions).toEqual({code: 'BAD_REQUEST', retryable: false})
  }
  for (const body of [
    {},
    {query: 7},
    {query: '{ topics { name } }', variables: 'x'},
    {query: '{ topics { name } }', operationName: 7},
  ])
    expect([body, (await post(server.url, body, {accept: response})).status]).toEqual([body, 400])
})

test('GET runs queries and nothing else', async () => {
  const reply = await get('{ topics { name } }')
  expect([reply.status, reply.body]).toEqual([200, {data: {topics: [{name: 's'}]}}])
  expect((await get('{ nope }', {accept: response})).status).toBe(400)
  const refused = await get('mutation { dropTopic(name: "s") { name } }')
  expect(refused.status).toBe(405)
  expect(refused.body.errors?.[0]?.extensions).toEqual({code: 'BAD_REQUEST', retryable: false})
  expect((await fetch(`${server.url}/graphql`, {method: 'PUT', body: '{}'})).status).toBe(405)
  expect((await fetch(`${server.url}/topics`, {method: 'POST'})).status).toBe(405)
})

test('one operation of several runs by its name; without one that exists, 400 and a code', async () => {
  const query = 'query A { topics { name } } query B { streams { name } }'
  expect((await post(server.url, {query, operationName: 'B'})).body).toEqual({data: {streams: [{name: 'S'}]}})
  for (const body of [{query}, {query, operationName: 'C'}]) {
    const reply = await post(server.url, body)
    expect(reply.status).toBe(400)
    expect(reply.body.errors?.[0]?.extensions).toEqual({code: 'OPERATION_RESOLUTION_FAILURE', retryable: false})
  }
})

test('a body of 100 MB is answered 413 while others are served', async () => {
  const huge = Buffer.alloc(100_000_000, 0x20)
  const refused = fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: huge,
  }).then(replyOf)
  expect((await get('{ topics { name } }')).status).toBe(200)
  const reply = await refused
  expect(reply.status).toBe(413)
  expect(reply.body.errors?.[0]).toMatchObject({
    message: expect.stringContaining('expected at most 16777216 bytes') as string,
    extensions: {code: 'LIMIT_EXCEEDED', retryable: false},
  })
})

test('a body that does not say its length is refused at the bound too', async () => {
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull: controller => {
      controller.enqueue(new Uint8Array(1 << 20).fill(0x20))
      if (++sent === 40) controller.close()
    },
  })
  const request = {method: 'POST', headers: {'content-type': 'application/json'}, body: endless, duplex: 'half'}
  expect((await fetch(`${server.url}/graphql`, request as RequestInit)).status).toBe(413)
})

test('bounds of a request are told as LIMIT_EXCEEDED', async () => {
  const deep = `{ __type(name: "Query") ${'{ fields { type '.repeat(8)}{ name }${' } }'.repeat(8)} }`
  const long = `{ ${Array.from({length: 2_000}, (_, i) => `a${i}: topics { name }`).join(' ')} }`
  const many = Array.from({length: 10_001}, () => ({value: {}}))
  const refused = [
    await refusal(server.url, deep),
    await refusal(server.url, long),
    await refusal(server.url, '{ topic(name: "s") { records(first: 1001) { endCursor } } }'),
    await refusal(server.url, '{ topic(name: "s") { records(first: 0) { endCursor } } }'),
    await refusal(server.url, produceMutation, {input: {topic: 's', records: many}}),
  ]
  expect(refused.map(error => error.extensions['code'])).toEqual(refused.map(() => 'LIMIT_EXCEEDED'))
  expect(refused.map(error => error.message)).toEqual([
    'The document nests deeper than 15 levels.',
    expect.stringContaining('5000 tokens'),
    'first: found 1001, expected 1 to 1000',
    'first: found 0, expected 1 to 1000',
    'records: found 10001, expected at most 10000 a request',
  ])
})

test('arguments that contradict each other, or a cursor that is not ours, are refused where they stand', async () => {
  const records =
    'query($from: StreamPosition, $after: String) { topic(name: "s") { records(from: $from, after: $after) { endCursor } } }'
  const both = await refusal(server.url, records, {from: {earliest: true, latest: true}})
  expect(both).toMatchObject({message: expect.stringMatching(/Exactly one key/) as string, extensions: {code: 'BAD_REQUEST'}})
  const contradiction = await refusal(server.url, records, {from: {earliest: true}, after: 'x'})
  expect(contradiction.extensions).toEqual({code: 'INVALID_ARGUMENT', retryable: false})
  const junk = await refusal(server.url, records, {after: 'junk'})
  expect(junk).toMatchObject({path: ['topic', 'records'], extensions: {code: 'CURSOR_INVALID', retryable: false}})
  const far = await refusal(server.url, records, {from: {timestamp: '9223372036854775807'}})
  expect(far.extensions).toEqual({code: 'INVALID_ARGUMENT', retryable: false})
  const long = await refusal(server.url, records, {from: {timestamp: '9223372036854775808'}})
  expect(long).toMatchObject({message: expect.stringMatching(/64 bits/) as string, extensions: {code: 'BAD_REQUEST'}})
})

test('an error that nobody expected shows an id and no secret', async () => {
  const logged: unknown[] = []
  const failing = await serve({
    logger: {debug: () => {}, info: () => {}, warn: () => {}, error: details => void logged.push(details)},
    watch: engine => new Proxy(engine, {get: (target, name) => (name === 'topics' ? fail : Reflect.get(target, name, target))}),
  })
  try {
    const {message, extensions} = await refusal(failing.url, '{ topics { name } }')
    expect(message).toMatch(/^Internal error [0-9a-f-]{36}: the server's log has the details\.$/)
    expect(extensions).toEqual({code: 'INTERNAL', retryable: false, errorId: expect.any(String) as string})
    expect(logged).toMatchObject([{errorId: extensions['errorId'], err: new Error('the password is 1234')}])
  } finally {
    await failing.close()
  }
})
const fail = (): never => {
  throw new Error('the password is 1234')
}

test('health, readiness, metrics, and a page that says when there is no dashboard', async () => {
  const text = async (path: string) => {
    const reply = await fetch(server.url + path)
    return [reply.status, await reply.text()] as const
  }
  expect(await text('/healthz')).toEqual([200, 'ok\n'])
  expect(await text('/readyz')).toEqual([200, 'ready\n'])
  expect(await text('/')).toEqual([404, 'Not found: the dashboard is not built.\n'])
  expect((await text('/..%2f..%2fetc%2fpasswd'))[0]).toBe(404)
  await ask(server.url, produceMutation, {input: {topic: 's', records: [{key: 1, value: {NAME: 'a'}}]}})
  const [status, metrics] = await text('/metrics')
  expect(status).toBe(200)
  expect(metrics).toMatch(/^millrace_records_produced_total 1$/m)
  expect(metrics).toMatch(/^millrace_topic_records\{topic="s"\} 1$/m)
  expect(metrics).toMatch(/^process_cpu_user_seconds_total /m)
})
