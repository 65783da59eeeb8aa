// The first thing that anybody does with it, from outside, on each store: log lines in, live answers out.
import {existsSync, readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {ApiClient} from '../support/api-client.ts'
import {printSeed, seed} from '../support/seed.ts'
import {syslogRecords} from '../support/sshd-log.ts'
import {deployForTest, type StoreName} from '../support/stores.ts'
import {sleep, until} from '../support/until.ts'
import * as job from './syslog-job.ts'

printSeed('main job')
const stores: readonly StoreName[] = ['LMDB', 'Redis']

async function open(store: StoreName): Promise<ApiClient> {
  const deployment = await deployForTest(store)
  return new ApiClient(deployment.server.url)
}

for (const store of stores) {
  test(`counts over generated log lines are exact on ${store}`, async () => {
    const client = await open(store)
    const work = job.makeJob(seed, {lines: 2500, swipes: 600})
    await job.createAll(client)
    const push = client.push(job.pushInvalidUsers)
    await push.isOpen
    const producer = new job.JobProducer(client, work)
    await producer.sendAll(100)
    expect(producer.acknowledged).toBe(producer.total)
    await job.expectResults(client, work)
    await job.expectEachOnce(push, work)
  }, 60_000)

  test(`a table over a topic is pulled from and followed by ROWKEY on ${store}`, async () => {
    const client = await open(store)
    await client.execute(
      `CREATE TABLE credit_history (user VARCHAR PRIMARY KEY, credit_score INT) WITH (KAFKA_TOPIC='credit_history', PARTITIONS=1, VALUE_FORMAT='JSON');`,
    )
    const select = `SELECT user, credit_score FROM credit_history WHERE ROWKEY = 'jay'`
    const push = client.push(`${select} EMIT CHANGES;`)
    await push.isOpen
    const scores = [
      {key: 'jay', value: {CREDIT_SCORE: 700}},
      {key: 'ann', value: {CREDIT_SCORE: 640}},
      {key: 'jay', value: {CREDIT_SCORE: 710}},
    ]
    const {token} = await client.produce({topic: 'credit_history', records: scores})
    expect(await client.pull(`${select};`, token)).toEqual([{USER: 'jay', CREDIT_SCORE: 710}])
    await until('both rows', () => push.rows.length >= 2)
    await push.close()
    expect(push.rows).toEqual([
      {USER: 'jay', CREDIT_SCORE: 700},
      {USER: 'jay', CREDIT_SCORE: 710},
    ])
  })
}

// The log of a real sshd lies beside the project where there is one, never in it.
const realLog = new URL('../../../shared/data/OpenSSH_2k.log', import.meta.url)
const hasRealLog = existsSync(realLog)
process.stdout.write(
  `main job: the real log ${hasRealLog ? 'is here: its figures are checked too' : 'is not here: generated lines only'}\n`,
)
if (hasRealLog) {
  for (const store of stores) {
    test(`the figures of a real log come out on ${store}`, async () => {
      const client = await open(store)
      for (const statement of [job.createSyslog, job.createInvalidUsers, job.createFailedPasswords])
        await client.execute(statement)
      const push = client.push(job.pushInvalidUsers)
      await push.isOpen
      const records = syslogRecords(readFileSync(realLog, 'utf8'))
      for (let from = 0; from < records.length; from += 250) {
        const {accepted} = await client.produce({topic: 'syslog', records: records.slice(from, from + 250)})
        expect(accepted).toBe(250)
      }
      const failed = async (): Promise<Map<unknown, unknown>> =>
        new Map((await client.pull('SELECT * FROM failed_passwords;')).map(row => [row.ADDRESS, row.ATTEMPTS]))
      const total = async (): Promise<number> =>
        [...(await failed()).values()].reduce<number>((sum, count) => sum + Number(count), 0)
      await until('518 failed passwords', async () => (await total()) >= 518)
      await until('113 rows', () => push.rows.length >= 113)
      await sleep(300)
      await push.close()
      expect(push.rows.length).toBe(113)
      expect((await client.records('SYSLOG_INVALID_USERS')).length).toBe(113)
      const counts = await failed()
      expect(await total()).toBe(518)
      expect(['183.62.140.253', '187.141.143.180', '103.99.0.122'].map(from => counts.get(from))).toEqual([286, 80, 46])
    }, 60_000)
  }
}
