// The server ends at any moment, hard or gently; nothing is lost, and nothing happens twice.
import {expect, test} from 'vitest'
import {seededRandom} from '../../packages/engine/src/base/random.ts'
import {ApiClient} from '../support/api-client.ts'
import {printSeed, seed} from '../support/seed.ts'
import {deployForTest, type Deployment, type StoreName} from '../support/stores.ts'
import {sleep, until} from '../support/until.ts'
import * as job from './syslog-job.ts'

printSeed('crashes of the server')
const stores: readonly StoreName[] = ['LMDB', 'Redis']

/** Runs the job while `strike` ends the server and starts it again: several times while producing, and once while only tasks work. */
async function survive(store: StoreName, strikes: number, strike: (deployment: Deployment) => Promise<void>): Promise<void> {
  const deployment = await deployForTest(store)
  const client = new ApiClient(deployment.server.url)
  const random = seededRandom(seed)
  const work = job.makeJob(seed, {lines: 3000, swipes: 600})
  await job.createAll(client)
  const push = client.push(job.pushInvalidUsers)
  await push.isOpen
  const producer = new job.JobProducer(client, work)
  const producing = producer.sendAll(20)
  producing.catch(() => {})
  for (let strikesDone = 0; strikesDone < strikes; strikesDone++) {
    const goal = ((strikesDone + random.next()) / strikes) * producer.total
    await until('some records to be acknowledged', () => producer.acknowledged >= goal)
    await sleep(random.int(40))
    await strike(deployment)
  }
  await producing
  await sleep(random.int(100))
  await strike(deployment)
  expect(producer.acknowledged).toBe(producer.total)
  await job.expectResults(client, work)
  await job.expectEachOnce(push, work)
  process.stdout.write(`${store}: ${strikes + 1} ends of the server; ${producer.describe()}\n`)
}

for (const store of stores) {
  test(`every acknowledged record is there once, and results are exact, after kill -9 in the middle on ${store}`, async () => {
    await survive(store, 3, async ({server}) => {
      await server.kill()
      await server.restart()
    })
  }, 90_000)

  test(`SIGTERM in the middle ends with 0 and loses nothing on ${store}`, async () => {
    await survive(store, 2, async ({server}) => {
      expect(await server.terminate()).toBe(0)
      await server.restart()
    })
  }, 90_000)
}
