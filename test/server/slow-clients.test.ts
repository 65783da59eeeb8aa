import {connect, type Socket} from 'node:net'
import type {Engine, EngineApi, PushBatch} from '@millrace/engine'
import {expect, onTestFinished, test} from 'vitest'
import {WebSocket} from 'ws'
import {produce, run, until} from './support/client.ts'
import {serve} from './support/servers.ts'
import {pushQuery, sse, take} from './support/subscriptions.ts'

/** Counts the rows that the server takes from push queries. */
function counting(engine: Engine, count: (batch: PushBatch) => void): EngineApi {
  const push: EngineApi['push'] = async (sql, options) => {
    const subscription = await engine.push(sql, options)
    if (subscription.kind === 'rejected') return subscription
    const next = subscription.next.bind(subscription)
    subscription.next = async () => {
      const result = await next()
      if (!result.done) count(result.value)
      return result
    }
    return subscription
  }
  return new Proxy(engine, {
    get: (target, name) => {
      if (name === 'push') return push
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const sql = 'SELECT * FROM s EMIT CHANGES;'
const rowCount = 40_000
const filler = 'x'.repeat(1_000)

/** Both open a push query and then read nothing more. */
const stalled: Record<string, (url: string) => Promise<{resume(): void; bytes(): number; close(): void}>> = {
  'server-sent events': async url => {
    const {port} = new URL(url)
    const body = JSON.stringify({query: pushQuery, variables: {sql}})
    const socket: Socket = connect(Number(port), '127.0.0.1')
    let bytes = 0
    socket.on('data', data => (bytes += data.length))
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await until(
      'the subscription runs',
      () => bytes,
      seen => seen > 0,
    )
    socket.pause()
    return {resume: () => void socket.resume(), bytes: () => bytes, close: () => void socket.destroy()}
  },
  'graphql-transport-ws': async url => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    let bytes = 0
    socket.on('message', (data: Buffer) => (bytes += data.length))
    await new Promise(resolve => socket.once('open', resolve))
    socket.send(JSON.stringify({type: 'connection_init'}))
    await until(
      'the socket is welcome',
      () => bytes,
      seen => seen > 0,
    )
    socket.send(JSON.stringify({type: 'subscribe', id: '1', payload: {query: pushQuery, variables: {sql}}}))
    await until(
      'the subscription runs',
      () => bytes,
      seen => seen > 100,
    )
    socket.pause()
    return {resume: () => socket.resume(), bytes: () => bytes, close: () => socket.terminate()}
  },
}

for (const [name, stall] of Object.entries(stalled))
  test(`${name}: for a client that reads nothing the server takes nothing, and others are served; later it gets everything`, async () => {
    let taken = 0
    const server = await serve({watch: engine => counting(engine, batch => void (taken += batch.rows.length))})
    onTestFinished(() => server.close())
    await run(server.url, `CREATE STREAM s (n INT, filler VARCHAR) WITH (KAFKA_TOPIC='s', PARTITIONS=2, VALUE_FORMAT='JSON');`)
    const client = await stall(server.url)
    onTestFinished(client.close)
    for (let n = 0; n < rowCount; n += 4_000)
      await produce(
        server.url,
        's',
        Array.from({length: 4_000}, (_, i) => ({value: {N: n + i, FILLER: filler}})),
      )
    const settled = await until(
      'the server takes no more',
      async () => {
        const before = taken
        await new Promise(resolve => setTimeout(resolve, 300))
        return {before, after: taken}
      },
      ({before, after}) => before === after,
    )
    // What two kernels buffer for a connection of the machine with itself is a few MB; 40 MB were produced.
    expect(settled.after).toBeLessThan(rowCount / 2)

    const other = await sse.subscribe(server.url, pushQuery, {sql})
    onTestFinished(() => other.close())
    await take(other, 0)
    await produce(server.url, 's', [{value: {N: -1, FILLER: ''}}])
    expect((await take(other, 1)).rows).toEqual([{N: -1, FILLER: ''}])

    taken = settled.after
    client.resume()
    await until(
      'all rows are there',
      () => taken,
      count => count >= rowCount + 1,
    )
    expect(taken).toBe(rowCount + 1)
    client.close()
    await other.close()
    await until(
      'both have ended',
      async () => (await server.engine.metrics()).pushSubscriptions,
      count => count === 0,
    )
  })
