// redis-server itself is killed under a working Millrace: what was acknowledged with ALL is kept, and it goes on by itself.
import {expect, test} from 'vitest'
import {seededRandom} from '../../packages/engine/src/base/random.ts'
import {ApiClient} from '../support/api-client.ts'
import {printSeed, seed} from '../support/seed.ts'
import {deployForTest} from '../support/stores.ts'
import {sleep, until} from '../support/until.ts'
import * as job from './syslog-job.ts'

printSeed('crashes of redis-server')

test('kills of redis-server lose nothing that was acknowledged with ALL, and repeat nothing', async () => {
  // The file is written through before each answer. With `everysec` ALL waits for the next write instead.
  const deployment = await deployForTest('Redis')
  const {server, redis} = deployment
  if (!redis) throw new Error('a deployment over Redis has a redis-server')
  const client = new ApiClient(server.url)
  const readiness = async (): Promise<number> => (await fetch(`${server.url}/readyz`)).status
  const random = seededRandom(seed)
  const work = job.makeJob(seed, {lines: 3000, swipes: 600})
  await job.createAll(client)
  const push = client.push(job.pushInvalidUsers)
  await push.isOpen
  const producer = new job.JobProducer(client, work, 'ALL')
  const producing = producer.sendAll(20)
  producing.catch(() => {})
  const kills = 4
  for (let done = 0; done < kills; done++) {
    const goal = ((done + random.next()) / kills) * producer.total
    await until('some records to be acknowledged', () => producer.acknowledged >= goal)
    await sleep(random.int(40))
    await redis.kill()
    if (done === 1) await until('readyz to say that Redis is away', async () => (await readiness()) === 503)
    await redis.restart()
    await until('readyz to say that Redis is back', async () => (await readiness()) === 200)
  }
  await producing
  expect(producer.acknowledged).toBe(producer.total)
  await job.expectResults(client, work)
  await job.expectEachOnce(push, work)
  process.stdout.write(`redis-server: ${kills} kills; ${producer.describe()}\n`)
}, 90_000)
