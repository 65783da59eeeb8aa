import {AckPolicy, jetstream, jetstreamManager, StorageType, type JetStreamClient} from '@nats-io/jetstream'
import type {NatsConnection} from '@nats-io/transport-node'
import type {Measurement} from '../benchmark.ts'
import {startCpu} from '../cpu.ts'
import type {OrderEvent} from '../events.ts'
import {withNats} from './nats-server.ts'

/** NATS JetStream: a message an order in a stream on disk (which the server flushes to disk every two minutes, as it does by default). */

const publishesInFlight = 1000
const pulledAhead = 5000
const ackedTogether = 500
const stream = 'ORDERS'
const subject = 'orders.placed'

async function openStream(connection: NatsConnection): Promise<JetStreamClient> {
  const manager = await jetstreamManager(connection)
  await manager.streams.add({name: stream, subjects: ['orders.>'], storage: StorageType.File})
  return jetstream(connection)
}

async function publishAll(client: JetStreamClient, orders: readonly OrderEvent[]): Promise<void> {
  const remaining = orders.values()
  const one = async (): Promise<void> => {
    for (const order of remaining) await client.publish(subject, JSON.stringify(order))
  }
  await Promise.all(Array.from({length: publishesInFlight}, one))
}

/** Each publish waits for its acknowledgement, a thousand at a time. */
export const jetStreamPublish = (orders: readonly OrderEvent[]): Promise<Measurement> =>
  withNats(async ({pid, connection}) => {
    const client = await openStream(connection)
    const meter = await startCpu({pid})
    await publishAll(client, orders)
    return {events: orders.length, use: await meter.stop()}
  })

/** A durable pull consumer; `each`: every message is acknowledged, `last`: the last of 500, which stands for those before it. */
export const jetStreamConsume = (orders: readonly OrderEvent[], ack: 'each' | 'last'): Promise<Measurement> =>
  withNats(async ({pid, connection}) => {
    const client = await openStream(connection)
    await publishAll(client, orders)
    const manager = await jetstreamManager(connection)
    await manager.consumers.add(stream, {
      durable_name: 'bench',
      ack_policy: ack === 'each' ? AckPolicy.Explicit : AckPolicy.All,
      max_ack_pending: 4 * pulledAhead,
    })
    const consumer = await client.consumers.get(stream, 'bench')
    const meter = await startCpu({pid})
    const messages = await consumer.consume({max_messages: pulledAhead})
    let seen: OrderEvent[] = []
    let events = 0
    for await (const message of messages) {
      seen.push(message.json<OrderEvent>())
      events++
      if (ack === 'each' || seen.length === ackedTogether || events === orders.length) message.ack()
      if (seen.length === ackedTogether) seen = []
      if (events === orders.length) break
    }
    await connection.flush()
    return {events, use: await meter.stop()}
  })
