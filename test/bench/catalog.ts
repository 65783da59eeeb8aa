import type {Bench, Benchmark, Contender, Measurement} from './benchmark.ts'
import {makeOrders, type OrderEvent} from './events.ts'
import {appendPremade, readAndAppendPremade} from './limit-loops.ts'
import {asRecords, measureConsume, measureProduce, measureQuery, ordersDdl, produceAll, run, type QueryWork} from './millrace.ts'
import {groupConsume, groupCount, groupFilter, xaddPipelined} from './peers/redis-streams.ts'

type Format = 'JSON' | undefined

/** What takes a command an event is given fewer of them. */
const fewer = (bench: Bench): number => bench.events / 5

type Query = Pick<QueryWork, 'query' | 'kind' | 'cache'>
type Input = {readonly users: number; readonly hot?: number; readonly format?: Format; readonly key?: 'keyed' | 'keyless'}

const ofOrders = (bench: Bench, query: Query, {users, hot = 0, format, key = 'keyless'}: Input): Promise<Measurement> =>
  measureQuery(bench, {
    ...query,
    prepare: async engine => {
      await run(engine, ordersDdl(format, key))
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

/** Every order meets a row of a table of 10,000 users, which is there before. */
const streamTableJoin: QueryWork['query'] = name =>
  `CREATE STREAM ${name} AS SELECT o.user, o.amount, u.level FROM orders o JOIN users u ON o.user = u.user;`

const joinUsers = 10_000

const measureStreamTableJoin = (bench: Bench): Promise<Measurement> =>
  measureQuery(bench, {
    kind: 'STREAM',
    query: streamTableJoin,
    prepare: async engine => {
      await run(engine, ordersDdl(undefined, 'keyed'))
      await run(engine, `CREATE TABLE users (user VARCHAR PRIMARY KEY, level INT) WITH (KAFKA_TOPIC='USERS', PARTITIONS=1);`)
      const users = Array.from({length: joinUsers}, (_, i) => ({
        key: `user-${String(i).padStart(6, '0')}`,
        value: {LEVEL: i % 7},
        timestampMs: 1_600_000_000_000 + i,
      }))
      await produceAll(engine, 'USERS', users)
      await produceAll(engine, 'ORDERS', asRecords(makeOrders(bench.events, joinUsers), 'keyed'))
      return bench.events + joinUsers
    },
  })

/** Every order is paid a second later; both are events. */
const measureStreamStreamJoin = (bench: Bench): Promise<Measurement> =>
  measureQuery(bench, {
    kind: 'STREAM',
    query: name =>
      `CREATE STREAM ${name} AS SELECT o.id, o.amount, p.card FROM placed o
       JOIN paid p WITHIN 10 SECONDS GRACE PERIOD 1 SECOND ON o.id = p.id;`,
    prepare: async engine => {
      for (const name of ['placed', 'paid'])
        await run(
          engine,
          `CREATE STREAM ${name} (id BIGINT KEY, user VARCHAR, card VARCHAR, amount DOUBLE, city VARCHAR)
           WITH (KAFKA_TOPIC='${name}', PARTITIONS=1);`,
        )
      const records = makeOrders(bench.events / 2, joinUsers).map(({ID, TS, USER, CARD, AMOUNT, CITY}) => ({
        key: ID,
        value: {USER, CARD, AMOUNT, CITY},
        timestampMs: TS,
      }))
      await produceAll(engine, 'placed', records)
      await produceAll(
        engine,
        'paid',
        records.map(record => ({...record, timestampMs: record.timestampMs + 1000})),
      )
      return records.length * 2
    },
  })

export const benchmarks: readonly Benchmark[] = [
  {
    name: 'produce',
    description: 'requests of 500 orders, acks LEADER, from objects to the acknowledgement',
    contenders: [
      {name: 'Millrace', run: bench => measureProduce(bench, makeOrders(bench.events, 1_000))},
      {name: 'Millrace, JSON topic', run: bench => measureProduce(bench, makeOrders(bench.events, 1_000), 'JSON')},
      {name: 'XADD in pipelines of 500', run: bench => xaddPipelined(bench, makeOrders(fewer(bench), 1_000))},
      {name: 'limit: append pre-made', run: bench => appendPremade(bench, makeOrders(bench.events, 1_000))},
    ],
  },
  {
    name: 'consume',
    description: 'one member of a group reads 500 at a time, as objects, and commits each time',
    contenders: [
      {name: 'Millrace', run: bench => measureConsume(bench, makeOrders(bench.events, 1_000))},
      {name: 'Millrace, JSON topic', run: bench => measureConsume(bench, makeOrders(bench.events, 1_000), 'JSON')},
      {name: 'XREADGROUP + XACK', run: bench => groupConsume(bench, makeOrders(fewer(bench), 1_000))},
    ],
  },
  {
    name: 'filter',
    description: 'CREATE STREAM AS SELECT … WHERE, one order in ten passes',
    contenders: [
      {name: 'Millrace', run: bench => ofOrders(bench, filter, {users: 1_000})},
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
  {
    name: 'stream-table-join',
    description: 'every order with the row of its user, a table of 10,000',
    contenders: [{name: 'Millrace', run: measureStreamTableJoin}],
  },
  {
    name: 'stream-stream-join',
    description: 'orders with their payments a second later, WITHIN 10 SECONDS; both sides are events',
    contenders: [{name: 'Millrace', run: measureStreamStreamJoin}],
  },
]
