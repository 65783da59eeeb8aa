import type {Benchmark} from './benchmark.ts'
import {makeOrders} from './events.ts'
import {groupCount, groupFilter, xaddPipelined} from './peers/redis-streams.ts'
import {measureProduce, measureQuery} from './queries.ts'

const filterQuery = 'CREATE STREAM large AS SELECT user, amount FROM orders WHERE amount > 900;'
const countQuery = 'CREATE TABLE counts AS SELECT user, COUNT(*) AS n FROM orders GROUP BY user;'
const tumblingQuery = 'CREATE TABLE per_second AS SELECT user, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY user;'

export const benchmarks: readonly Benchmark[] = [
  {
    name: 'produce',
    description: 'Batches of 500 orders, acks LEADER, columns',
    ours: {name: 'Millrace', run: bench => measureProduce(bench, makeOrders(bench.events, 1_000))},
    peers: [
      {name: 'Millrace, JSON topic', run: bench => measureProduce(bench, makeOrders(bench.events, 1_000), 'JSON')},
      {name: 'XADD in pipelines of 500', run: bench => xaddPipelined(bench, makeOrders(bench.events / 4, 1_000))},
    ],
  },
  {
    name: 'filter',
    description: 'CREATE STREAM AS SELECT … WHERE, one order in ten passes, columns',
    ours: {name: 'Millrace', run: bench => measureQuery(bench, makeOrders(bench.events, 1_000), filterQuery)},
    peers: [
      {name: 'Millrace, JSON topic', run: bench => measureQuery(bench, makeOrders(bench.events, 1_000), filterQuery, 'JSON')},
      {
        name: 'XREADGROUP + XADD + XACK',
        run: bench => groupFilter(bench, makeOrders(bench.events / 4, 1_000), order => order.AMOUNT > 900),
      },
    ],
  },
  {
    name: 'count',
    description: 'CREATE TABLE AS SELECT user, COUNT(*) … GROUP BY user, 100,000 users, columns',
    ours: {name: 'Millrace', run: bench => measureQuery(bench, makeOrders(bench.events, 100_000), countQuery)},
    peers: [
      {name: 'Millrace, JSON topic', run: bench => measureQuery(bench, makeOrders(bench.events, 100_000), countQuery, 'JSON')},
      {name: 'Millrace, 1,000 users', run: bench => measureQuery(bench, makeOrders(bench.events, 1_000), countQuery)},
      {name: 'XREADGROUP + HINCRBY + XACK', run: bench => groupCount(bench, makeOrders(bench.events / 4, 100_000))},
    ],
  },
  {
    name: 'tumbling-count',
    description: 'COUNT(*) by user in windows of a second, 1,000 users, columns',
    ours: {name: 'Millrace', run: bench => measureQuery(bench, makeOrders(bench.events, 1_000), tumblingQuery)},
    peers: [{name: 'XREADGROUP + HINCRBY + XACK', run: bench => groupCount(bench, makeOrders(bench.events / 4, 1_000))}],
  },
]
