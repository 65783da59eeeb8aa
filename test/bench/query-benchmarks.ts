import type {Bench, Benchmark, Contender, Measurement} from './benchmark.ts'
import {makeOrders, type OrderEvent} from './events.ts'
import {readAndAppendPremade} from './limit-loops.ts'
import {asRecords, createOrders, measureQuery, produceAll, type QueryWork, type TopicKind} from './millrace.ts'
import {d2tsCount} from './peers/d2ts.ts'
import {ivmCount} from './peers/db-ivm.ts'
import {groupCount, groupFilter} from './peers/redis-streams.ts'

/** What takes a command an event is given fewer of them. */
const fewer = (bench: Bench): number => bench.events / 5

type Query = Pick<QueryWork, 'query' | 'kind' | 'cache'>
type Input = {readonly users: number; readonly hot?: number; readonly key?: 'keyed' | 'keyless'} & TopicKind

const ofOrders = (bench: Bench, query: Query, {users, hot = 0, key = 'keyless', ...topic}: Input): Promise<Measurement> =>
  measureQuery(bench, {
    ...query,
    prepare: async engine => {
      await createOrders(engine, topic, key)
      await produceAll(engine, 'ORDERS', asRecords(makeOrders(bench.events, users, {hot}), key))
      return bench.events
    },
  })

const filter = {
  kind: 'STREAM',
  query: (name: string) => `CREATE STREAM ${name} AS SELECT user, amount FROM orders WHERE amount > 900;`,
} as const
const count = {
  kind: 'TABLE',
  cache: 'cache',
  query: (name: string) => `CREATE TABLE ${name} AS SELECT user, COUNT(*) AS n FROM orders GROUP BY user;`,
} as const
const tumbling = {
  kind: 'TABLE',
  cache: 'cache',
  query: (name: string) =>
    `CREATE TABLE ${name} AS SELECT user, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY user;`,
} as const

const everyChange = (query: Query): Query => ({...query, cache: 'every change'})

const filtered = (batch: readonly OrderEvent[]) => batch.filter(it => it.AMOUNT > 900).map(({USER, AMOUNT}) => ({USER, AMOUNT}))
const counted = (batch: readonly OrderEvent[]) => [...new Set(batch.map(it => it.USER))].map((USER, N) => ({USER, N}))

type Result = Readonly<Record<string, string | number>>[]

const limitOf = (users: number, hot: number, resultOf: (batch: readonly OrderEvent[]) => Result): Contender => ({
  name: 'limit: read, append pre-made',
  run: bench => readAndAppendPremade(bench, makeOrders(bench.events, users, {hot}), resultOf),
})

/** Three of four orders are those of a hundred users. */
const hot = 0.75

export const queryBenchmarks: readonly Benchmark[] = [
  {
    name: 'filter',
    description: 'CREATE STREAM AS SELECT … WHERE, one order in ten passes',
    contenders: [
      {name: 'Millrace', run: bench => ofOrders(bench, filter, {users: 1_000})},
      {name: 'Millrace, zstd', run: bench => ofOrders(bench, filter, {users: 1_000, compression: 'zstd'})},
      {name: 'Millrace, JSON topic', run: bench => ofOrders(bench, filter, {users: 1_000, format: 'JSON'})},
      {
        name: 'XREADGROUP + XADD + XACK',
        run: bench => groupFilter(bench, makeOrders(fewer(bench), 1_000), order => order.AMOUNT > 900),
      },
      limitOf(1_000, 0, filtered),
    ],
  },
  {
    name: 'count',
    description:
      'CREATE TABLE AS SELECT user, COUNT(*) … GROUP BY user, the key; 100,000 users, three of four orders by 100 of them; with cache.max.bytes.buffering',
    contenders: [
      {name: 'Millrace', run: bench => ofOrders(bench, count, {users: 100_000, hot, key: 'keyed'})},
      {name: 'Millrace, every change', run: bench => ofOrders(bench, everyChange(count), {users: 100_000, hot, key: 'keyed'})},
      {name: 'Millrace, all users equally often', run: bench => ofOrders(bench, count, {users: 100_000, key: 'keyed'})},
      {name: 'Millrace, 1,000 users', run: bench => ofOrders(bench, count, {users: 1_000, key: 'keyed'})},
      {name: 'Millrace, 1,000 users, not the key', run: bench => ofOrders(bench, count, {users: 1_000})},
      {name: 'Millrace, JSON topic', run: bench => ofOrders(bench, count, {users: 100_000, hot, key: 'keyed', format: 'JSON'})},
      {name: 'XREADGROUP + HINCRBY + XACK', run: bench => groupCount(bench, makeOrders(fewer(bench), 100_000, {hot}))},
      {name: 'in memory only: @tanstack/db-ivm', run: bench => ivmCount(makeOrders(bench.events, 100_000, {hot}))},
      {name: 'in memory only: d2ts', run: bench => d2tsCount(makeOrders(bench.events, 100_000, {hot}))},
      limitOf(100_000, hot, counted),
    ],
  },
  {
    name: 'tumbling-count',
    description: 'COUNT(*) by user, the key, in windows of a minute (60,000 orders), 1,000 users; with cache.max.bytes.buffering',
    contenders: [
      {name: 'Millrace', run: bench => ofOrders(bench, tumbling, {users: 1_000, key: 'keyed'})},
      {name: 'Millrace, every change', run: bench => ofOrders(bench, everyChange(tumbling), {users: 1_000, key: 'keyed'})},
      {name: 'XREADGROUP + HINCRBY + XACK', run: bench => groupCount(bench, makeOrders(fewer(bench), 1_000))},
    ],
  },
]
