import {expect} from 'vitest'
import {seededRandom} from '../../packages/engine/src/base/random.ts'
import type {ApiClient, Row, StoredRecord} from '../support/api-client.ts'
import {fraudKey, makeCardSwipes, type CardSwipes} from '../support/card-swipes.ts'
import {RetryingProducer} from '../support/retrying-producer.ts'
import {makeSshdLog, syslogRecords, type SshdLog, type SyslogRecord} from '../support/sshd-log.ts'
import {sleep, until} from '../support/until.ts'

export const address = `SUBSTRING(message, INSTR(message, ' from ') + 6, INSTR(message, ' port ') - INSTR(message, ' from ') - 6)`

export const createSyslog = `CREATE STREAM syslog (host VARCHAR, program VARCHAR, pid INT, message VARCHAR)
  WITH (KAFKA_TOPIC='syslog', PARTITIONS=4, VALUE_FORMAT='JSON');`
export const createInvalidUsers = `CREATE STREAM syslog_invalid_users AS
SELECT host, message
FROM syslog
WHERE message LIKE '%Invalid user%'`
export const createFailedPasswords = `CREATE TABLE failed_passwords AS
SELECT ${address} AS address, COUNT(*) AS attempts
FROM syslog
WHERE message LIKE 'Failed password%'
GROUP BY ${address};`
const createAttempts = `CREATE STREAM authorization_attempts (card_number VARCHAR, amount DOUBLE)
  WITH (KAFKA_TOPIC='authorization_attempts', PARTITIONS=2, VALUE_FORMAT='JSON');`
const createPossibleFraud = `CREATE TABLE possible_fraud AS
SELECT card_number, COUNT(*)
FROM authorization_attempts
WINDOW TUMBLING (SIZE 5 SECONDS)
GROUP BY card_number
HAVING COUNT(*)>3;`

export const pushInvalidUsers = 'SELECT host, message FROM syslog_invalid_users EMIT CHANGES;'

export type Job = {readonly log: SshdLog; readonly lines: readonly SyslogRecord[]; readonly cards: CardSwipes}

export function makeJob(seed: number, size: {readonly lines: number; readonly swipes: number}): Job {
  const random = seededRandom(seed)
  const log = makeSshdLog(random, size.lines)
  return {log, lines: syslogRecords(log.text), cards: makeCardSwipes(random, size.swipes)}
}

export async function createAll(client: ApiClient): Promise<void> {
  for (const statement of [createSyslog, createInvalidUsers, createFailedPasswords, createAttempts, createPossibleFraud])
    await client.execute(`SET '${changelogProperty}' = '200'; ${statement}`)
}

// So short a changelog that rows are written by some commits and not by others.
const changelogProperty = 'millrace.changelog.bytes.max'

/** Every record of the job, with a producer for each partition: what is retried is stored once. */
export class JobProducer {
  readonly #client: ApiClient
  readonly #job: Job
  readonly #producers: readonly {
    readonly producer: RetryingProducer
    readonly records: readonly {timestamp: number; value: unknown}[]
  }[]

  constructor(client: ApiClient, job: Job, acks: 'LEADER' | 'ALL' = 'LEADER') {
    this.#client = client
    this.#job = job
    const to = (
      topic: string,
      partition: number,
      records: readonly {timestamp: number; value: unknown}[],
      partitions: number,
    ) => ({
      producer: new RetryingProducer(client, {topic, partition, acks}, `${topic}-${partition}`),
      records: records.filter((_, i) => i % partitions === partition),
    })
    this.#producers = [
      ...[0, 1, 2, 3].map(partition => to('syslog', partition, job.lines, 4)),
      ...[0, 1].map(partition => to('authorization_attempts', partition, job.cards.swipes, 2)),
    ]
  }

  get acknowledged(): number {
    return this.#producers.reduce((sum, {producer}) => sum + producer.acknowledged, 0)
  }

  get total(): number {
    return this.#job.lines.length + this.#job.cards.swipes.length
  }

  describe(): string {
    const retries = this.#producers.map(({producer}) => producer.retries)
    const sum = (each: (retry: (typeof retries)[number]) => number): number => retries.reduce((total, it) => total + each(it), 0)
    return `${this.acknowledged} of ${this.total} records acknowledged at ${this.#client.url}, ${sum(it => it.sent)} batches sent again, ${sum(it => it.duplicates)} of them stored before`
  }

  async sendAll(batchSize: number): Promise<void> {
    await Promise.all(this.#producers.map(({producer, records}) => producer.sendAll(records, batchSize)))
  }
}

/** Waits until the job's results are what the job's maker counted, looks again a while later, and at every record that was written. */
export async function expectResults(client: ApiClient, job: Job): Promise<void> {
  await until('the tables to be complete', () => expectTables(client, job).then(() => true), 40_000)
  await until(
    'the stream to be complete',
    async () => (await client.records(topics.invalidUsers)).length >= job.log.invalidUsers.length,
  )
  await sleep(300)
  await expectTables(client, job)
  await expectStreams(client, job)
}

const topics = {invalidUsers: 'SYSLOG_INVALID_USERS', failedPasswords: 'FAILED_PASSWORDS'}

async function expectTables(client: ApiClient, {log, cards}: Job): Promise<void> {
  const failed = await client.pull('SELECT address, attempts FROM failed_passwords;')
  expect(new Map(failed.map(row => [row.ADDRESS, row.ATTEMPTS]))).toEqual(log.failedPasswords)
  const frauds = await client.pull('SELECT * FROM possible_fraud;')
  expect(new Map(frauds.map(row => [fraudKey(String(row.CARD_NUMBER), Number(row.WINDOWSTART)), row.KSQL_COL_0]))).toEqual(
    cards.frauds,
  )
}

async function expectStreams(client: ApiClient, {log, lines}: Job): Promise<void> {
  const stored = await client.records('syslog')
  const pids = stored.map(record => (record.value as Row).PID)
  for (const partition of [0, 1, 2, 3]) {
    const own = lines.map(({value}) => value.PID).filter(pid => pid % 4 === partition)
    expect(pids.filter((_, i) => stored[i]?.partition === partition)).toEqual(own)
  }
  // The query keeps partitions and their order.
  const invalid = (record: StoredRecord): boolean => String((record.value as Row).MESSAGE).includes('Invalid user')
  expect((await client.records(topics.invalidUsers)).map(messageAt)).toEqual(stored.filter(invalid).map(messageAt))
  expect(stored.filter(invalid).length).toBe(log.invalidUsers.length)
  // What a table tells of a key only grows, so a step that was done twice would show, and ends with its count.
  const told = new Map<string, number>()
  for (const {key, value} of await client.records(topics.failedPasswords)) {
    const attempts = Number((value as Row).ATTEMPTS)
    expect(attempts).toBeGreaterThan(told.get(String(key)) ?? 0)
    told.set(String(key), attempts)
  }
  expect(told).toEqual(log.failedPasswords)
}

const messageAt = ({partition, value}: StoredRecord): string => `${partition}: ${String((value as Row).MESSAGE)}`

/** Waits for the rows of `pushInvalidUsers`, and for some that should not come: each message once, whatever the order of partitions. */
export async function expectEachOnce(push: ReturnType<ApiClient['push']>, {log}: Job): Promise<void> {
  await until('every row of the push query', () => push.rows.length >= log.invalidUsers.length)
  await sleep(200)
  await push.close()
  expect(push.rows.map(row => row.MESSAGE).toSorted()).toEqual(log.invalidUsers.toSorted())
}
