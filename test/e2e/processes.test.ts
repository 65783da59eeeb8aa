// Several processes over one Redis share the tasks; they come, leave and are killed, and the results stay exact.
import {expect, onTestFailed, test} from 'vitest'
import {ApiClient} from '../support/api-client.ts'
import {printSeed, seed} from '../support/seed.ts'
import {startServerProcess} from '../support/server.ts'
import {deployForTest} from '../support/stores.ts'
import {sleep, until} from '../support/until.ts'
import * as job from './syslog-job.ts'

printSeed('several processes')

/** Of the job: a filter over 4 partitions, and two tables that group anew, over 4 and 2. */
const all = 4 + 2 * 4 + 2 * 2

type Queries = {readonly queries: readonly {readonly tasks: readonly {readonly id: string}[]}[]}

/** Tasks that a process runs. */
async function tasksOf(client: ApiClient): Promise<number> {
  const {queries} = await client.request<Queries>('{ queries { tasks { id } } }')
  return queries.reduce((sum, {tasks}) => sum + tasks.length, 0)
}

test('two servers over one Redis share the work, and either goes on when the other is killed', async () => {
  const deployment = await deployForTest('Redis')
  const first = new ApiClient(deployment.server.url)
  const work = job.makeJob(seed, {lines: 3000, swipes: 600})
  await job.createAll(first)
  await until('all tasks to run in one process', async () => (await tasksOf(first)) === all)
  const other = await startServerProcess(deployment.environment)
  onTestFailed(() => void process.stdout.write(`the servers said:\n${deployment.server.output()}\n${other.output()}\n`))
  const second = new ApiClient(other.url)
  const isShared = async (): Promise<boolean> => {
    const shares = await Promise.all([tasksOf(first), tasksOf(second)])
    return shares.every(tasks => tasks > 0 && tasks < all) && shares[0] + shares[1] === all
  }
  await until('the tasks to be shared', isShared)
  const producer = new job.JobProducer(first, work)
  const producing = producer.sendAll(10)
  producing.catch(() => {})
  const acknowledged = (part: number): Promise<boolean> =>
    until(`${part} of the records to be acknowledged`, () => producer.acknowledged >= producer.total * part)
  await acknowledged(0.2)
  await other.kill()
  await acknowledged(0.4)
  await deployment.server.kill()
  await sleep(200)
  await Promise.all([deployment.server.restart(), other.restart()])
  await producing
  for (const client of [first, second]) await job.expectResults(client, work)
  await until('the tasks to be shared again', isShared)
  expect(await other.terminate()).toBe(0)
  await until('all tasks to be back', async () => (await tasksOf(first)) === all)
  process.stdout.write(`two processes: ${all} tasks; ${producer.describe()}\n`)
}, 90_000)

test('the tasks of a killed server move to the other when its session ends', async () => {
  const deployment = await deployForTest('Redis')
  const first = new ApiClient(deployment.server.url)
  const work = job.makeJob(seed, {lines: 800, swipes: 200})
  await job.createAll(first)
  await until('all tasks to run in one process', async () => (await tasksOf(first)) === all)
  const other = await startServerProcess(deployment.environment)
  await until('the tasks to be shared', async () => (await tasksOf(first)) < all)
  await other.kill()
  const killedMs = Date.now()
  await new job.JobProducer(first, work).sendAll(50)
  await job.expectResults(first, work)
  expect(await tasksOf(first)).toBe(all)
  process.stdout.write(`the tasks of a killed process had moved, and all was done, after ${Date.now() - killedMs} ms\n`)
}, 60_000)
