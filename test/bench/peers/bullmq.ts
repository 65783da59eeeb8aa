import {Queue, Worker} from 'bullmq'
import type {Bench, Measurement} from '../benchmark.ts'
import {startCpu} from '../cpu.ts'
import {batchesOf, type OrderEvent} from '../events.ts'

/** BullMQ: a job an order. Done jobs are removed, which costs it less than to keep them. */

const together = 500
const workerConcurrency = 500
const jobOptions = {removeOnComplete: true} as const

const connectionOf = (redisUrl: string): {readonly host: string; readonly port: number} => {
  const {hostname, port} = new URL(redisUrl)
  return {host: hostname, port: Number(port)}
}

async function addBulk(queue: Queue, orders: readonly OrderEvent[]): Promise<void> {
  for (const batch of batchesOf(orders, together))
    await queue.addBulk(batch.map(order => ({name: 'order', data: order, opts: jobOptions})))
}

async function addEach(queue: Queue, orders: readonly OrderEvent[]): Promise<void> {
  for (const batch of batchesOf(orders, together)) await Promise.all(batch.map(order => queue.add('order', order, jobOptions)))
}

/** `each`: add, 500 of them under way at a time; `bulk`: addBulk of 500. */
export async function bullAdd(
  {redisUrl, redis, fresh}: Bench,
  orders: readonly OrderEvent[],
  how: 'each' | 'bulk',
): Promise<Measurement> {
  const queue = new Queue(fresh('bull'), {connection: connectionOf(redisUrl)})
  await queue.waitUntilReady()
  const meter = await startCpu(redis)
  await (how === 'each' ? addEach : addBulk)(queue, orders)
  const use = await meter.stop()
  await queue.close()
  return {events: orders.length, use}
}

/** One worker, which has up to 500 jobs at a time; a job is done as soon as it is there. */
export async function bullWork({redisUrl, redis, fresh}: Bench, orders: readonly OrderEvent[]): Promise<Measurement> {
  const name = fresh('bull')
  const connection = connectionOf(redisUrl)
  const queue = new Queue(name, {connection})
  await addBulk(queue, orders)
  const worker = new Worker<OrderEvent>(name, async () => {}, {connection, concurrency: workerConcurrency, autorun: false})
  await worker.waitUntilReady()
  let done = 0
  const allDone = new Promise<void>(resolve => worker.on('completed', () => ++done === orders.length && resolve()))
  const meter = await startCpu(redis)
  const running = worker.run()
  await allDone
  const use = await meter.stop()
  await worker.close()
  await running
  await queue.close()
  return {events: orders.length, use}
}
