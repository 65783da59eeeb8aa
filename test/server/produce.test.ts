import {randomBytes} from 'node:crypto'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {ask, execute, post, produce, produceMutation, pull, refusal, run} from './support/client.ts'
import {serve, type Served} from './support/servers.ts'

let server: Served
beforeAll(async () => {
  server = await serve()
  await run(
    server.url,
    `CREATE STREAM payments (id BIGINT KEY, amount DECIMAL(10,2), note VARCHAR, total BIGINT)
       WITH (KAFKA_TOPIC='payments', PARTITIONS=4, VALUE_FORMAT='JSON');
     CREATE TABLE by_note AS SELECT note, COUNT(*) AS n, SUM(total) AS total FROM payments GROUP BY note;`,
  )
})
afterAll(() => server.close())

test('records that do not fit are named by index, and the rest goes on', async () => {
  const {accepted, rejected, ranges, errors} = await produce(server.url, 'payments', [
    {key: 1, value: {AMOUNT: '1.50', NOTE: 'partial'}},
    {key: 2, value: {AMOUNT: 'much', NOTE: 'partial'}},
    {key: 3, value: 'no object'},
    {key: 'no number', value: {NOTE: 'partial'}},
    {key: 5, value: {NOTE: 'partial'}, partition: 9},
    {key: 6, value: {NOTE: 'partial'}, timestamp: '9007199254740993'},
    {key: 7, value: {NOTE: 'partial'}},
  ])
  expect([accepted, rejected]).toEqual([2, 5])
  expect(errors.map(({index, code}) => [index, code])).toEqual([
    [1, 'RECORD_INVALID'],
    [2, 'RECORD_INVALID'],
    [3, 'RECORD_INVALID'],
    [4, 'PARTITION_NOT_FOUND'],
    [5, 'RECORD_INVALID'],
  ])
  expect(errors[0]?.message).toMatch(/`AMOUNT`: found "much", expected DECIMAL\(10, 2\)/)
  expect(errors[3]?.message).toMatch(/no partition 9: it has 4/)
  const appended = ranges.reduce((sum, range) => sum + Number(range.lastOffset) - Number(range.firstOffset) + 1, 0)
  expect(appended).toBe(2)
})

test('a value that is nested too deeply is refused, and costs the other records nothing', async () => {
  const deep = '['.repeat(6_000) + ']'.repeat(6_000)
  const records = `[{"key": 1, "value": {"NOTE": ${deep}}}, {"key": 1, "value": {"NOTE": "x"}}]`
  const body = `{"query": ${JSON.stringify(produceMutation)}, "variables": {"input": {"topic": "payments", "records": ${records}}}}`
  expect((await post(server.url, body)).body.data).toMatchObject({
    produce: {accepted: 1, errors: [{index: 0, code: 'RECORD_INVALID', message: expect.stringContaining('levels') as string}]},
  })
})

test('an atomic request with one wrong record appends nothing', async () => {
  const before = await pull(server.url, 'SELECT * FROM payments;')
  const records = [
    {key: 1, value: {NOTE: 'atomic'}},
    {key: 2, value: 7},
  ]
  const {accepted, errors} = await produce(server.url, 'payments', records, {atomic: true})
  expect([accepted, errors.map(({index}) => index)]).toEqual([0, [1]])
  expect(await pull(server.url, 'SELECT * FROM payments;')).toEqual(before)
})

test('the answer says which level of acknowledgement was given', async () => {
  const query = 'mutation($input: ProduceInput!) { produce(input: $input) { acks } }'
  const given = async (acks: string) => {
    const input = {topic: 'payments', records: [{key: 1, value: {NOTE: 'acks'}}], acks}
    return (await ask<{produce: {acks: string}}>(server.url, query, {input})).produce.acks
  }
  expect(await Promise.all(['NONE', 'LEADER', 'ALL'].map(given))).toEqual(['LEADER', 'LEADER', 'ALL'])
})

test('an unknown topic is an error with a code, not an answer', async () => {
  const error = await refusal(server.url, produceMutation, {input: {topic: 'nowhere', records: [{value: 1}]}})
  expect(error).toMatchObject({path: ['produce'], extensions: {code: 'TOPIC_NOT_FOUND', retryable: false}})
  expect(error.message).toMatch(/nowhere/)
})

test('a pull with the token of a produce sees that write, every time', async () => {
  for (let n = 1; n <= 30; n++) {
    const {token} = await produce(server.url, 'payments', [{key: n, value: {NOTE: 'mine'}}])
    expect(await pull(server.url, `SELECT n FROM by_note WHERE note = 'mine';`, token)).toEqual([{N: n}])
  }
})

test('integers of 64 bits keep their digits on the way in and out, and DECIMAL is text', async () => {
  const body = (key: string, total: string, note: string): string =>
    `{"query": ${JSON.stringify(produceMutation)}, "variables": {"input": {"topic": "payments", "records": [
      {"key": ${key}, "value": {"TOTAL": ${total}, "NOTE": "${note}", "AMOUNT": 12.3}}]}}}`
  for (const headers of [{}, {accept: 'application/graphql-response+json, application/json;q=0.5'}]) {
    const reply = await post(server.url, body('9007199254740993', '-9223372036854775808', 'long'), headers)
    expect(reply.body.data).toMatchObject({produce: {accepted: 1, errors: []}})
  }
  const query = `query { pullQuery(sql: "SELECT id, amount, total FROM payments WHERE note = 'long' LIMIT 1;") { ... on PullRows { rows } } }`
  const posted = await post(server.url, {query})
  const got = await (await fetch(`${server.url}/graphql?${new URLSearchParams({query})}`)).text()
  for (const text of [posted.text, got])
    expect(text).toContain('"rows":[{"ID":9007199254740993,"AMOUNT":"12.30","TOTAL":-9223372036854775808}]')
})

test('JSON that stands in the document keeps its digits as in the variables', async () => {
  await ask(server.url, 'mutation { createTopic(input: {name: "literals"}) { name } }')
  const records = '[{key: 9007199254740993, value: {a: [9007199254740993, -1], b: $b, c: 1.5, d: WORD, e: null}}]'
  const query = `mutation($b: JSON) { produce(input: {topic: "literals", records: ${records}}) { accepted } }`
  const {body} = await post(server.url, `{"query": ${JSON.stringify(query)}, "variables": {"b": 9007199254740995}}`)
  expect(body.data).toEqual({produce: {accepted: 1}})
  const {text} = await post(server.url, {query: '{ topic(name: "literals") { records { nodes { key value } } } }'})
  expect(text).toContain(
    '{"key":"9007199254740993","value":{"a":[9007199254740993,-1],"b":9007199254740995,"c":1.5,"d":"WORD","e":null}}',
  )
})

test('BigInt is text out, and text or a safe integer in', async () => {
  const {topic} = await ask<{topic: {partitions: {endOffset: unknown}[]}}>(
    server.url,
    '{ topic(name: "payments") { partitions { endOffset } } }',
  )
  for (const {endOffset} of topic.partitions) expect(endOffset).toMatch(/^\d+$/)
  for (const timestamp of ['1700000000000', 1_700_000_000_000])
    expect(await produce(server.url, 'payments', [{value: {NOTE: 'time'}, timestamp}])).toMatchObject({accepted: 1})
  for (const timestamp of ['soon', 1.5, true]) {
    const error = await refusal(server.url, produceMutation, {input: {topic: 'payments', records: [{value: {}, timestamp}]}})
    expect(error).toMatchObject({
      message: expect.stringMatching(/records\[0\]\.timestamp.*BigInt/) as string,
      extensions: {code: 'BAD_REQUEST'},
    })
  }
})

test('headers, keys and tombstones come back as they were sent', async () => {
  await ask(server.url, 'mutation { createTopic(input: {name: "plain"}) { topic { name } } }')
  const headers = [
    {key: 'a', value: Buffer.from('é').toString('base64')},
    {key: 'none', value: null},
  ]
  await produce(server.url, 'plain', [
    {key: 'k', value: {deep: [1, {x: null}]}, headers, timestamp: '17'},
    {key: 'k', value: null},
  ])
  const query = '{ topic(name: "plain") { records { nodes { offset timestamp key value headers { key value } } hasNextPage } } }'
  const {topic} = await ask<{topic: {records: {nodes: unknown[]; hasNextPage: boolean}}}>(server.url, query)
  expect(topic.records.nodes).toMatchObject([
    {offset: '0', timestamp: '17', key: 'k', value: {deep: [1, {x: null}]}, headers},
    {offset: '1', key: 'k', value: null, headers: []},
  ])
  expect(topic.records.hasNextPage).toBe(false)
})

test('a record that no batch may hold is refused, and a request that is larger than a batch is cut', async () => {
  await ask(server.url, 'mutation { createTopic(input: {name: "large"}) { topic { name } } }')
  await run(
    server.url,
    `CREATE STREAM large_rows (v VARCHAR) WITH (KAFKA_TOPIC='large_rows', PARTITIONS=1, VALUE_FORMAT='JSON');`,
  )
  // What counts is the encoded size: text that compresses well would pass.
  const part = randomBytes(225_000).toString('base64')
  for (const topic of ['large', 'large_rows']) {
    const records = [
      {value: {V: randomBytes(1_500_000).toString('base64')}},
      ...Array.from({length: 20}, () => ({value: {V: part}})),
    ]
    const {accepted, errors, ranges} = await produce(server.url, topic, records)
    expect(errors).toMatchObject([
      {index: 0, message: expect.stringMatching(/found a record of \d+ bytes.*, expected at most 1048576/) as string},
    ])
    expect([accepted, ranges]).toEqual([20, [{partition: 0, firstOffset: '0', lastOffset: '19'}]])
  }
})

test('pages of records follow each other by cursor without gap or repeat', async () => {
  const records = Array.from({length: 100}, (_, i) => ({key: `k${i}`, value: i}))
  await ask(server.url, 'mutation { createTopic(input: {name: "paged", partitions: 3}) { topic { name } } }')
  await produce(server.url, 'paged', records)
  const query = `query($after: String) { topic(name: "paged") { records(first: 7, after: $after) { nodes { value } endCursor hasNextPage } } }`
  type Page = {topic: {records: {nodes: {value: number}[]; endCursor: string; hasNextPage: boolean}}}
  const seen: number[] = []
  for (let after: string | undefined, hasNext = true; hasNext;) {
    const {topic}: Page = await ask<Page>(server.url, query, {after})
    seen.push(...topic.records.nodes.map(({value}) => value))
    after = topic.records.endCursor
    hasNext = topic.records.hasNextPage
  }
  expect(seen.sort((a, b) => a - b)).toEqual(records.map(({value}) => value))
})

test('a statement with an error is refused with its place and a way out', async () => {
  expect(await execute(server.url, 'CREATE TABLE t AS\nSELEECT note FROM payments;')).toMatchObject({
    __typename: 'SqlRejected',
    code: 'SQL_SYNTAX',
    line: 2,
    column: 1,
    hint: 'did you mean SELECT?',
  })
  const {pullQuery} = await ask(
    server.url,
    '{ pullQuery(sql: "SELECT nte FROM payments;") { __typename ... on SqlRejected { message line column hint } } }',
  )
  expect(pullQuery).toMatchObject({__typename: 'SqlRejected', line: 1, column: 8, hint: expect.stringMatching(/NOTE/) as string})
})

test('a script is checked as a whole before any of it takes effect', async () => {
  const rejected = await execute(
    server.url,
    `CREATE STREAM first (a INT) WITH (KAFKA_TOPIC='first', PARTITIONS=1, VALUE_FORMAT='JSON');\nSELEC;`,
  )
  expect(rejected).toMatchObject({__typename: 'SqlRejected', line: 2})
  expect(await ask(server.url, '{ source(name: "FIRST") { name } }')).toEqual({source: null})
})
