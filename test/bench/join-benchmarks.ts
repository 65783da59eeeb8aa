import type {Bench, Benchmark, Measurement} from './benchmark.ts'
import {makeOrders, type OrderEvent} from './events.ts'
import {asRecords, createOrders, measureQuery, produceAll, run} from './millrace.ts'
import {d2tsJoin} from './peers/d2ts.ts'
import {ivmJoin, type JoinInput} from './peers/db-ivm.ts'

const joinUsers = 10_000
const users = Array.from({length: joinUsers}, (_, i) => ({USER: `user-${String(i).padStart(6, '0')}`, LEVEL: i % 7}))

/** Every order meets a row of a table of 10,000 users, which is there before. */
const measureStreamTableJoin = (bench: Bench): Promise<Measurement> =>
  measureQuery(bench, {
    kind: 'STREAM',
    query: name => `CREATE STREAM ${name} AS SELECT o.user, o.amount, u.level FROM orders o JOIN users u ON o.user = u.user;`,
    prepare: async engine => {
      await createOrders(engine, {}, 'keyed')
      await run(engine, `CREATE TABLE users (user VARCHAR PRIMARY KEY, level INT) WITH (KAFKA_TOPIC='USERS', PARTITIONS=1);`)
      const rows = users.map(({USER, LEVEL}, i) => ({key: USER, value: {LEVEL}, timestampMs: 1_600_000_000_000 + i}))
      await produceAll(engine, 'USERS', rows)
      await produceAll(engine, 'ORDERS', asRecords(makeOrders(bench.events, joinUsers), 'keyed'))
      return bench.events + joinUsers
    },
  })

const ordersAndUsers = ({events}: Bench): JoinInput<string, OrderEvent, number> => ({
  left: makeOrders(events, joinUsers).map(order => [order.USER, order]),
  right: users.map(({USER, LEVEL}) => [USER, LEVEL]),
  order: 'right first',
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

/** Without a window: these libraries have none, and keep both sides whole. */
const ordersAndPayments = ({events}: Bench): JoinInput<number, OrderEvent, OrderEvent> => {
  const orders = makeOrders(events / 2, joinUsers)
  return {left: orders.map(order => [order.ID, order]), right: orders.map(order => [order.ID, order]), order: 'together'}
}

export const joinBenchmarks: readonly Benchmark[] = [
  {
    name: 'stream-table-join',
    description: 'every order with the row of its user, a table of 10,000',
    contenders: [
      {name: 'Millrace', run: measureStreamTableJoin},
      {name: 'in memory only: @tanstack/db-ivm', run: bench => ivmJoin(ordersAndUsers(bench))},
      {name: 'in memory only: d2ts', run: bench => d2tsJoin(ordersAndUsers(bench))},
    ],
  },
  {
    name: 'stream-stream-join',
    description: 'orders with their payments a second later, WITHIN 10 SECONDS; both sides are events',
    contenders: [
      {name: 'Millrace', run: measureStreamStreamJoin},
      {name: 'in memory only, no window: @tanstack/db-ivm', run: bench => ivmJoin(ordersAndPayments(bench))},
      {name: 'in memory only, no window: d2ts', run: bench => d2tsJoin(ordersAndPayments(bench))},
    ],
  },
]
