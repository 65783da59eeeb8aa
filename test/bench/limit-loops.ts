import {Redis} from 'ioredis'
import {describeSchema} from '../../packages/engine/src/batch/descriptor.ts'
import {encodeColumns} from '../../packages/engine/src/batch/encode-batch.ts'
import {vectorOf} from '../../packages/engine/src/chunk/chunk.ts'
import type {Column} from '../../packages/engine/src/schema/schema.ts'
import {BIGINT, DOUBLE, VARCHAR} from '../../packages/engine/src/schema/sql-type.ts'
import type {Value} from '../../packages/engine/src/schema/value.ts'
import type {Bench, Measurement} from './benchmark.ts'
import {startCpu} from './cpu.ts'
import {batchesOf, type OrderEvent} from './events.ts'

/** What is left when all work is taken out: batches that were encoded before are moved, and nobody looks inside. */

const batchRows = 500
const appendsInFlight = 5
const batchesPerRead = 16
const commitsInFlight = 4

const append = `
local m = redis.call('HMGET', KEYS[1], 'next', ARGV[1])
if m[2] and tonumber(ARGV[2]) <= tonumber(m[2]) then return -1 end
local base = tonumber(m[1] or '0')
redis.call('XADD', KEYS[2], string.format('%.0f', base) .. '-1', 'n', ARGV[3], 'b', ARGV[4])
redis.call('HSET', KEYS[1], 'next', string.format('%.0f', base + ARGV[3]), ARGV[1], ARGV[2])
return base`

const commit = `
local base = tonumber(redis.call('HGET', KEYS[1], 'next') or '0')
redis.call('XADD', KEYS[2], string.format('%.0f', base) .. '-1', 'n', ARGV[2], 'b', ARGV[3])
redis.call('HSET', KEYS[1], 'next', string.format('%.0f', base + ARGV[2]))
redis.call('SET', KEYS[3], ARGV[1])
return base`

type LimitClient = Redis & {
  limitAppend(meta: string, log: string, producer: string, sequence: number, count: number, blob: Buffer): Promise<number>
  limitCommit(meta: string, log: string, offset: string, next: number, count: number, blob: Buffer): Promise<number>
}

function connect(url: string): LimitClient {
  const client = new Redis(url, {protocol: 2})
  client.defineCommand('limitAppend', {numberOfKeys: 2, lua: append})
  client.defineCommand('limitCommit', {numberOfKeys: 3, lua: commit})
  // `defineCommand` adds the two methods.
  return client as LimitClient
}

const orderColumns: readonly Column[] = [
  {name: 'USER', type: VARCHAR},
  {name: 'ID', type: BIGINT},
  {name: 'CARD', type: VARCHAR},
  {name: 'AMOUNT', type: DOUBLE},
  {name: 'CITY', type: VARCHAR},
  {name: 'TS', type: BIGINT},
]

function blobOf(
  columns: readonly Column[],
  rows: readonly Readonly<Record<string, Value>>[],
  timestamps: readonly number[],
): Buffer {
  const vectors = columns.map(({name}) => vectorOf(rows.map(row => row[name] ?? null)))
  const bytes = encodeColumns({count: rows.length, columns: vectors, timestamps}, describeSchema({key: [], value: columns}), {
    compression: 'none',
  })
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

const orderBlobs = (orders: readonly OrderEvent[]): Buffer[] =>
  batchesOf(orders, batchRows).map(batch =>
    blobOf(
      orderColumns,
      batch,
      batch.map(({TS}) => TS),
    ),
  )

/** The batches of the produce benchmark, made before, by one Lua call each with a check of the producer's sequence. */
export async function appendPremade(bench: Bench, orders: readonly OrderEvent[]): Promise<Measurement> {
  const blobs = orderBlobs(orders)
  return appendMeasured(bench, blobs, blob => blob)
}

/** The same, but each batch is made from its orders first, by hand: the least that produce can be. */
export async function encodeAndAppend(bench: Bench, orders: readonly OrderEvent[]): Promise<Measurement> {
  return appendMeasured(bench, batchesOf(orders, batchRows), encodeByHand)
}

async function appendMeasured<T>({redisUrl, redis, fresh}: Bench, batches: readonly T[], blobOf: (batch: T) => Buffer) {
  const client = connect(redisUrl)
  const meter = await startCpu(redis)
  await appendAll({client, meta: fresh('limit-meta'), log: fresh('limit-log')}, batches, blobOf)
  const use = await meter.stop()
  client.disconnect()
  return {events: batches.length * batchRows, use}
}

type Log = {readonly client: LimitClient; readonly meta: string; readonly log: string}

async function appendAll<T>({client, meta, log}: Log, batches: readonly T[], blobOf: (batch: T) => Buffer): Promise<void> {
  const numbered = batches.entries()
  const one = async (): Promise<void> => {
    for (const [sequence, batch] of numbered) await client.limitAppend(meta, log, 'p', sequence, batchRows, blobOf(batch))
  }
  await Promise.all(Array.from({length: appendsInFlight}, one))
}

const orderDescriptor = describeSchema({key: [], value: orderColumns})

function encodeByHand(batch: readonly OrderEvent[]): Buffer {
  const {length} = batch
  const [users, cards, cities] = [new Array<string>(length), new Array<string>(length), new Array<string>(length)]
  const [ids, amounts, times] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)]
  for (const [i, {USER, ID, CARD, AMOUNT, CITY, TS}] of batch.entries()) {
    users[i] = USER
    ids[i] = ID
    cards[i] = CARD
    amounts[i] = AMOUNT
    cities[i] = CITY
    times[i] = TS
  }
  const columns = [users, ids, cards, amounts, cities, times].map(values => ({length, values}))
  const bytes = encodeColumns({count: length, columns, timestamps: times}, orderDescriptor, {compression: 'none'})
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/**
 * Reads the batches of a topic, the next read under way, and for each appends one result batch made before, together with the
 * offset, by one Lua call. `resultOf`: the rows that a query would give for a batch.
 */
export async function readAndAppendPremade(
  {redisUrl, redis, fresh}: Bench,
  orders: readonly OrderEvent[],
  resultOf: (batch: readonly OrderEvent[]) => Readonly<Record<string, Value>>[],
): Promise<Measurement> {
  const client = connect(redisUrl)
  const [meta, log] = [fresh('limit-meta'), fresh('limit-log')]
  await appendAll({client, meta, log}, orderBlobs(orders), blob => blob)
  const rows = resultOf(orders.slice(0, batchRows))
  const columns = Object.entries(rows[0] ?? {}).map(([name, value]): Column => ({
    name,
    type: typeof value === 'string' ? VARCHAR : DOUBLE,
  }))
  const result = blobOf(
    columns,
    rows,
    rows.map((_, i) => i),
  )
  const meter = await startCpu(redis)
  const events = await readAll(client, log, async next => {
    await client.limitCommit(`${meta}-out`, `${log}-out`, `${log}-offset`, next, rows.length, result)
  })
  const use = await meter.stop()
  client.disconnect()
  return {events, use}
}

async function readAll(client: LimitClient, log: string, finish: (next: number) => Promise<void>): Promise<number> {
  const read = (from: number) => client.xrangeBuffer(log, `${from}-0`, '+', 'COUNT', batchesPerRead)
  let done = 0
  let commits: Promise<void>[] = []
  for (let reading = read(0); ;) {
    const {length} = await reading
    if (length === 0) break
    reading = read(done + length * batchRows)
    for (let i = 0; i < length; i++) {
      done += batchRows
      commits.push(finish(done))
      if (commits.length < commitsInFlight) continue
      await Promise.all(commits)
      commits = []
    }
  }
  await Promise.all(commits)
  return done
}
