// Only the embedded store lives in its user's process, and dies with it.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {Worker} from 'node:worker_threads'
import {afterEach, expect, test, vi} from 'vitest'
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import {freshTopic, batch, text} from '../suites/fixture.ts'
import {wakeLog} from '../suites/wake.suite.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'

const dirs: ReturnType<typeof temporaryDirectory>[] = []
const freshDir = () => {
  const dir = temporaryDirectory('lmdb')
  dirs.push(dir)
  return dir.path
}
afterEach(() => {
  for (const dir of dirs.splice(0)) dir.remove()
})

/** A process that appends numbered batches for ever and prints the offset of each that was acknowledged. */
function startWriter(dir: string) {
  const script = fileURLToPath(new URL('../support/lmdb-writer.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions', '@millrace/source', script, dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const errors: string[] = []
  createInterface({input: child.stdout}).on('line', line => lines.push(line))
  createInterface({input: child.stderr}).on('line', line => errors.push(line))
  return {child, lines, errors}
}

test('batches that were acknowledged are there after kill -9, without gap or repeat', async () => {
  const dir = freshDir()
  let expected = 0
  for (let kills = 0; kills < 2; kills++) {
    const writer = startWriter(dir)
    await vi.waitFor(() => expect(writer.lines.length, writer.errors.join('\n')).toBeGreaterThan(300), {timeout: 20_000})
    const exited = once(writer.child, 'close')
    writer.child.kill('SIGKILL')
    await exited
    const acknowledged = writer.lines.map(Number)
    const storage = await openLmdbStorage({dir})
    const [result] = await storage.log.read([{topic: 'written', partition: 0, from: 0, bytesMax: 1e9}])
    const stored = result?.batches ?? []
    expect(stored.map(found => found.baseOffset)).toEqual(Array.from({length: stored.length}, (_, i) => i))
    expect(stored.map(found => text(found.bytes))).toEqual(stored.map(found => `${found.baseOffset}`))
    expect(acknowledged).toEqual(Array.from({length: acknowledged.length}, (_, i) => expected + i))
    expect(stored.length).toBeGreaterThanOrEqual(expected + acknowledged.length)
    expected = stored.length
    await storage.close()
  }
}, 60_000)

test('a directory that another process uses is refused with that process, and free once it ended', async () => {
  const dir = freshDir()
  const writer = startWriter(dir)
  await vi.waitFor(() => expect(writer.lines.length, writer.errors.join('\n')).toBeGreaterThan(0), {timeout: 20_000})
  await expect(openLmdbStorage({dir})).rejects.toMatchObject({code: 'INVALID_CONFIG', details: {dir, pid: writer.child.pid}})
  const exited = once(writer.child, 'close')
  writer.child.kill('SIGKILL')
  await exited
  await (await openLmdbStorage({dir})).close()
})

test('two users in one process see, and hear of, each other’s appends', async () => {
  const dir = freshDir()
  const here = await openLmdbStorage({dir})
  const there = await openLmdbStorage({dir})
  const topic = await freshTopic(here)
  const {heard, listener} = wakeLog()
  await here.wake.subscribe([{topic, partition: 0}], listener)
  const outcomes = await Promise.all(
    Array.from({length: 100}, (_, i) => (i % 2 === 0 ? here : there).log.append([batch(topic, `${i}`)])),
  )
  const bases = outcomes.flat().map(outcome => (outcome.kind === 'appended' ? outcome.baseOffset : -1))
  expect([...bases].sort((a, b) => a - b)).toEqual(Array.from({length: 100}, (_, i) => i))
  heard.clear()
  await there.log.append([batch(topic, 'last')])
  await vi.waitFor(() => expect([...heard]).toEqual([`${topic}/0`]))
  expect(await here.log.bounds([{topic, partition: 0}])).toMatchObject([{end: 101}])
  await there.close()
  await here.close()
})

test('threads of one process append to one directory at the same time, and wake each other', async () => {
  const dir = freshDir()
  const storage = await openLmdbStorage({dir})
  const topic = await freshTopic(storage)
  const {heard, listener} = wakeLog()
  await storage.wake.subscribe('*', listener)
  const threads = [1, 2].map(
    () => new Worker(new URL('../support/lmdb-thread.mjs', import.meta.url), {workerData: {dir, topic, rounds: 200}}),
  )
  const reports = threads.map(async thread => {
    const [report] = await Promise.all([once(thread, 'message'), once(thread, 'exit')])
    const [bases]: number[][] = report
    return bases ?? []
  })
  const all = (await Promise.all(reports)).flat().sort((a, b) => a - b)
  expect(all).toEqual(Array.from({length: 400}, (_, i) => 10 * i))
  expect([...heard]).toEqual([`${topic}/0`])
  await storage.close()
}, 60_000)

test('what is committed is there when the store is opened again, also with acks ALL', async () => {
  const dir = freshDir()
  const first = await openLmdbStorage({dir})
  const topic = await freshTopic(first)
  await first.log.append([batch(topic, 'kept')], {acks: 'ALL'})
  await first.close()
  await expect(first.log.append([batch(topic, 'late')])).rejects.toMatchObject({code: 'CLOSED'})
  const second = await openLmdbStorage({dir})
  const [result] = await second.log.read([{topic, partition: 0, from: 0, bytesMax: 100}])
  expect(result?.batches.map(stored => text(stored.bytes))).toEqual(['kept'])
  await second.close()
})
