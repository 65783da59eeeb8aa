import type {Bench, Benchmark} from './benchmark.ts'
import {makeOrders, type OrderEvent} from './events.ts'
import {appendPremade, encodeAndAppend} from './limit-loops.ts'
import {measureConsume, measureProduce} from './millrace.ts'
import {bullAdd, bullWork} from './peers/bullmq.ts'
import {natsUnavailable} from './peers/nats-server.ts'
import {jetStreamConsume, jetStreamPublish} from './peers/nats.ts'
import {groupConsume, xaddPipelined} from './peers/redis-streams.ts'

const users = 1_000
const orders = (bench: Bench): OrderEvent[] => makeOrders(bench.events, users)
/** What takes a command an event is given fewer of them. */
const fewerOrders = (bench: Bench): OrderEvent[] => makeOrders(bench.events / 5, users)
/** What takes several. */
const fewOrders = (bench: Bench): OrderEvent[] => makeOrders(bench.events / 20, users)

export const logBenchmarks: readonly Benchmark[] = [
  {
    name: 'produce',
    description: 'requests of 500 orders, acks LEADER, from objects to the acknowledgement',
    contenders: [
      {name: 'Millrace', run: bench => measureProduce(bench, orders(bench))},
      {name: 'Millrace, zstd', run: bench => measureProduce(bench, orders(bench), {compression: 'zstd'})},
      {name: 'Millrace, JSON topic', run: bench => measureProduce(bench, orders(bench), {format: 'JSON'})},
      {name: 'XADD in pipelines of 500', run: bench => xaddPipelined(bench, fewerOrders(bench))},
      {name: 'BullMQ add, 500 under way', run: bench => bullAdd(bench, fewOrders(bench), 'each')},
      {name: 'BullMQ addBulk of 500', run: bench => bullAdd(bench, fewOrders(bench), 'bulk')},
      {
        name: 'NATS JetStream publish, 1,000 under way',
        run: bench => jetStreamPublish(fewerOrders(bench)),
        unavailable: natsUnavailable,
      },
      {name: 'limit: encode by hand, append', run: bench => encodeAndAppend(bench, orders(bench))},
      {name: 'limit: append pre-made', run: bench => appendPremade(bench, orders(bench))},
    ],
  },
  {
    name: 'consume',
    description: 'one member of a group reads 500 at a time, as objects, and commits each time',
    contenders: [
      {name: 'Millrace', run: bench => measureConsume(bench, orders(bench))},
      {name: 'Millrace, zstd', run: bench => measureConsume(bench, orders(bench), {compression: 'zstd'})},
      {name: 'Millrace, JSON topic', run: bench => measureConsume(bench, orders(bench), {format: 'JSON'})},
      {name: 'Millrace, by column', run: bench => measureConsume(bench, orders(bench), {}, 'columns')},
      {name: 'XREADGROUP + XACK', run: bench => groupConsume(bench, fewerOrders(bench))},
      {name: 'BullMQ worker, 500 jobs at a time', run: bench => bullWork(bench, fewOrders(bench))},
      {
        name: 'NATS JetStream consume, ack each',
        run: bench => jetStreamConsume(fewerOrders(bench), 'each'),
        unavailable: natsUnavailable,
      },
      {
        name: 'NATS JetStream consume, ack of the last of 500',
        run: bench => jetStreamConsume(fewerOrders(bench), 'last'),
        unavailable: natsUnavailable,
      },
    ],
  },
]
