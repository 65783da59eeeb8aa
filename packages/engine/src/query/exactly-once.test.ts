import {describe, expect, test} from 'vitest'
import {evaluationEnv} from '../runtime/evaluation.ts'
import {changelogProperty} from '../state/changelog-policy.ts'
import {CommittedState} from '../state/committed-state.ts'
import {createEvaluator} from '../topology/evaluator.ts'
import {derivedResult} from '../topology/derived-result.ts'
import {ResultView} from '../topology/result-view.ts'
import {must} from '../base/assert.ts'
import {silentLogger} from '../base/logger.ts'
import {vectorOf} from '../chunk/chunk.ts'
import {COLUMNS, KAFKA} from '../plan/formats.ts'
import type {PersistentPlan} from '../plan/query-plan.ts'
import type {Step} from '../plan/step.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {chunkDecoder, chunkEncoder} from '../serde/topic-codec.ts'
import {
  openSimulatedStorage,
  type SimulatedFaults,
  type SimulatedStorage,
  type SimulatedWorld,
} from '../storage/simulated/open.ts'
import type {Storage} from '../storage/port/storage.ts'
import {instantClock} from '../testing/instant-clock.ts'
import {createQueryTopics} from './query-topics.ts'
import {ProcessingLog} from '../runtime/processing-log.ts'
import type {QueryRun} from '../runtime/query-run.ts'
import {placesOf} from '../runtime/run-parts.ts'
import {TaskHost} from '../runtime/task-host.ts'

const formats = {key: KAFKA, value: COLUMNS}
const word = {name: 'WORD', type: VARCHAR}
const inSchema = {key: [], value: [word]}
const keyed = {key: [word], value: [word]}
const counted = {key: [word], value: [{name: 'N', type: BIGINT}]}

/** SELECT word, COUNT(*) AS n FROM words GROUP BY word. */
function countPlan(): PersistentPlan {
  const source: Step = {
    version: 1,
    kind: 'source',
    id: 'words',
    schema: inSchema,
    gives: 'stream',
    sourceName: 'WORDS',
    topic: 'words',
    formats,
  }
  const rekey: Step = {
    version: 1,
    kind: 'rekey',
    id: 'group',
    schema: keyed,
    gives: 'stream',
    input: source,
    key: [{kind: 'column', type: VARCHAR, index: 0, name: 'WORD'}],
    onNullKey: 'drop-any-null',
    needsRepartition: true,
    formats,
    partitions: 3,
  }
  const root: Step = {
    version: 1,
    kind: 'aggregate',
    id: 'count',
    schema: counted,
    gives: 'table',
    input: rekey,
    carried: [],
    aggregations: [{function: 'COUNT', overload: 0, args: [], type: BIGINT}],
    store: 'counts',
  }
  return {
    version: 1,
    queryId: 'Q',
    root,
    sink: {sourceName: 'COUNTS', topic: 'counts', partitions: 3, formats, schema: counted, store: 'result'},
  }
}

const words = Array.from({length: 300}, (_, i) => ['ape', 'bee', 'cat', 'dog', 'eel'][(i * i + (i >> 3)) % 5]!)
const oracle = new Map<string, number>()
for (const each of words) oracle.set(each, (oracle.get(each) ?? 0) + 1)

/** `changelogBytes`: so few that rows are written by some commits only; 0: by each. */
async function prepare(changelogBytes: number): Promise<{run: QueryRun; world: SimulatedWorld}> {
  const storage = openSimulatedStorage()
  await storage.log.createTopic({name: 'words', partitions: 2, placement: 'words', isInternal: false, createdAtMs: 0, config: {}})
  const encode = chunkEncoder({schema: inSchema, formats, partitions: 2})
  for (let from = 0; from < words.length; from += 20) {
    const part = words.slice(from, from + 20)
    const {batches} = encode({count: part.length, columns: [vectorOf(part)], timestamps: part.map((_, i) => from + i)})
    await storage.log.append(batches.map(batch => ({topic: 'words', ...batch})))
  }
  const plan = countPlan()
  const topics = await createQueryTopics(storage.log, plan, {}, 0)
  return {
    run: {id: 'Q', what: {kind: 'query', plan}, topics, settings: {[changelogProperty]: `${changelogBytes}`}},
    world: storage.snapshot(),
  }
}

function hostOn(storage: Storage, failures: string[] = []): TaskHost {
  const clock = instantClock()
  const processingLog = new ProcessingLog(storage.log, clock, silentLogger)
  const onFailed = ({message}: {message: string}): void => void failures.push(message)
  return new TaskHost({storage, clock, logger: silentLogger, processingLog, isManual: true, onFailed})
}

async function driveOnce(storage: Storage, run: QueryRun): Promise<void> {
  const host = hostOn(storage)
  host.start(run, placesOf(run))
  await host.drive(run.id)
  await host.close()
}

type Results = {changes: number; newest: Map<string, number>; table: Map<string, number>; sent: number}

async function results(storage: Storage): Promise<Results> {
  const decode = chunkDecoder({topic: 'counts', schema: counted, formats})
  const newest = new Map<string, number>()
  let changes = 0
  for (const partition of [0, 1, 2]) {
    const [read] = await storage.log.read([{topic: 'counts', partition, from: 0, bytesMax: 1 << 24}])
    for (const batch of must(read, 'read').batches) {
      const {chunk} = decode(batch, 0, partition)
      for (let row = 0; row < chunk.count; row++) {
        newest.set(String(chunk.columns[0]?.values[row]), Number(chunk.columns[1]?.values[row]))
        changes++
      }
    }
  }
  const bounds = await storage.log.bounds([0, 1, 2].map(partition => ({topic: 'Q-group-repartition', partition})))
  return {changes, newest, table: await tableRows(storage), sent: bounds.reduce((sum, {end}) => sum + end, 0)}
}

/** What pull queries find. */
async function tableRows(storage: Storage): Promise<Map<string, number>> {
  const derived = must(derivedResult(countPlan().root), 'derived result')
  const view = new ResultView(derived, createEvaluator(evaluationEnv({}, instantClock()), 'generated'))
  const state = new CommittedState(storage.state)
  const found = new Map<string, number>()
  for (const partition of [0, 1, 2]) {
    const task = {query: 'Q', subTopology: 1, partition, placement: 'Q-group-repartition'}
    for await (const entries of state.scan(task, 'counts', {entriesMax: 2}))
      for (const row of view.read(entries)) found.set(String(row?.key[0]), Number(row?.value[0]))
  }
  return found
}

const runOn = async (world: SimulatedWorld, run: QueryRun, faults?: SimulatedFaults, seed = 1): Promise<SimulatedStorage> => {
  const storage = openSimulatedStorage({world, seed, ...(faults && {faults})})
  await driveOnce(storage, run)
  return storage
}

const expected = {changes: words.length, newest: oracle, table: oracle, sent: words.length}

describe.each([0, 40, 1 << 20])('with a changelog of at most %i bytes', changelogBytes => {
  test('a count over a repartition gives every change once', async () => {
    const {run, world} = await prepare(changelogBytes)
    expect(await results(await runOn(world, run))).toEqual(expected)
  })

  test('a crash before any write, and a restart, change no result', async () => {
    const {run, world} = await prepare(changelogBytes)
    const pristine = openSimulatedStorage({world})
    let crashes = 0
    for (let write = 1; ; write++) {
      const copy = pristine.snapshot()
      const crashed = await runOn(copy, run, {crashBeforeWrite: write})
      if (!crashed.hasCrashed) break
      crashes++
      expect(await results(await runOn(copy, run))).toEqual(expected)
    }
    expect(crashes).toBeGreaterThan(5)
  })

  test('requests and replies that are lost change no result', async () => {
    const {run, world} = await prepare(changelogBytes)
    const pristine = openSimulatedStorage({world})
    for (let seed = 1; seed <= 20; seed++) {
      const copy = pristine.snapshot()
      await runOn(copy, run, {lostReplyRate: 0.15, lostRequestRate: 0.15}, seed)
      expect(await results(await runOn(copy, run))).toEqual(expected)
    }
  })

  test('the owner that claims a task last goes on, the one before stops without a trace', async () => {
    const {run, world} = await prepare(changelogBytes)
    const storage = openSimulatedStorage({world})
    const failures: string[] = []
    const old = hostOn(storage, failures)
    old.start(run, placesOf(run))
    await old.drive(run.id, {words: [40, 40], 'Q-group-repartition': [10, 10, 10]})
    await driveOnce(storage, run)
    await old.drive(run.id)
    expect(old.reports().every(({state}) => state === 'fenced')).toBe(true)
    expect(failures).toEqual([])
    expect(await results(storage)).toEqual(expected)
  })
})
