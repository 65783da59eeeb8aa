import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {Engine, type Storage} from '@millrace/engine'
import {openLmdbStorage} from '@millrace/engine/lmdb'
import {openRedisStorage} from '@millrace/engine/redis'
import {openSimulatedStorage} from '@millrace/engine/testing'
import {startRedis, type RedisServer} from '../support/redis.ts'
import type {Outcome} from './outcome.ts'
import {runCase} from './run-case.ts'
import {count, reportTable, summary, type CaseReport} from './report.ts'
import {skipReason} from './skip.ts'
import {readSuite, type Case} from './suite.ts'

const {values: options} = parseArgs({
  options: {
    suite: {type: 'string'},
    only: {type: 'string'},
    json: {type: 'string'},
    storage: {type: 'string', default: 'simulated'},
    encoding: {type: 'string', default: 'bytes'},
    evaluator: {type: 'string', default: 'generated'},
    batched: {type: 'boolean', default: false},
    restart: {type: 'boolean', default: false},
    every: {type: 'string', default: '1'},
    ratchet: {type: 'string'},
    report: {type: 'boolean', default: false},
    verbose: {type: 'boolean', default: false},
  },
})

if (!options.suite) {
  console.error(
    'Usage: npm run conformance -- --suite DIR [--only TEXT] [--json FILE] [--storage simulated|lmdb|redis] [--encoding bytes|columns] [--evaluator generated|interpreted] [--batched] [--restart] [--every N] [--ratchet FILE] [--report] [--verbose]',
  )
  process.exit(2)
}

/** Cases run at the beginning of time: the clock stands still at 0, as in ksqlDB's own runner. */
const frozen = {
  nowMs: () => 0,
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      signal?.addEventListener(
        'abort',
        () => {
          clearTimeout(timer)
          resolve()
        },
        {once: true},
      )
    }),
}

const redis: RedisServer | undefined = options.storage === 'redis' ? await startRedis() : undefined
const reports: CaseReport[] = []
const cases = readSuite(options.suite)
  .filter(it => !options.only || it.name.includes(options.only))
  .filter((_, i) => i % Number(options.every) === 0)
for (const [i, each] of cases.entries()) reports.push(await report(each, i))
await redis?.stop()
finish()

async function report(given: Case, index: number): Promise<CaseReport> {
  const {name, file, isRest, body} = given
  const isNegative = body.expectedException !== undefined || body.expectedError !== undefined
  const reason = skipReason(given)
  const outcome = reason === undefined ? await runIsolated(given, index) : {kind: 'skipped' as const, reason}
  if (outcome.kind === 'failed' && options.verbose) console.log(`FAILED ${name}\n       ${outcome.reason}`)
  return {name, file, isRest, isNegative, outcome}
}

async function runIsolated(given: Case, index: number): Promise<Outcome> {
  const place = await openStorage(index)
  let storage = await place.open()
  const open = async () =>
    Engine.open({
      storage,
      threads: 0,
      tasks: 'manual',
      clock: frozen,
      partitions: defaultPartitions(given),
      properties: {
        ...{'millrace.evaluator': options.evaluator, 'cache.max.bytes.buffering': 0},
        // So short that some commits write rows and some do not.
        ...(options.restart && {'millrace.changelog.bytes.max': 100}),
      },
    })
  let engine = await open()
  try {
    const reopen = async () => {
      await engine.close()
      await storage.close()
      storage = await place.open()
      engine = await open()
      return engine
    }
    return await withDeadline(
      runCase(given, engine, {
        isBatched: options.batched ?? false,
        isInColumns: options.encoding === 'columns',
        ...(options.restart ? {reopen} : {}),
      }),
    )
  } catch (error) {
    return {
      kind: 'failed',
      reason: `threw: ${error instanceof Error ? `${error.message} ${error.stack?.split('\n')[1]?.trim() ?? ''}` : String(error)}`,
    }
  } finally {
    await engine.close().catch(() => {})
    await storage.close().catch(() => {})
    place.remove()
  }
}

/** ksqlDB's runner makes topics of four partitions and processes them as one; only counts that are compared with others show it. */
function defaultPartitions({body}: Case): number {
  return body.statements.some(text => /\bpartitions\s*=/i.test(text)) ? 4 : 1
}

function withDeadline(outcome: Promise<Outcome>): Promise<Outcome> {
  const late: Outcome = {kind: 'failed', reason: 'not finished within 30 s'}
  return Promise.race([outcome, new Promise<Outcome>(resolve => setTimeout(() => resolve(late), 30_000).unref())])
}

async function openStorage(index: number): Promise<{open: () => Promise<Storage>; remove: () => void}> {
  if (options.storage === 'lmdb') {
    const dir = mkdtempSync(join(tmpdir(), 'millrace-conformance-'))
    return {open: () => openLmdbStorage({dir}), remove: () => rmSync(dir, {recursive: true, force: true})}
  }
  if (redis) return {open: () => openRedisStorage({url: redis.url, namespace: `case${index}`}), remove: () => {}}
  const {world} = openSimulatedStorage()
  return {open: async () => openSimulatedStorage({world}), remove: () => {}}
}

function finish(): void {
  if (options.report) console.log(reportTable(reports))
  console.log(summary(reports))
  if (options.json)
    writeFileSync(
      options.json,
      JSON.stringify(
        reports.map(({outcome, ...rest}) => ({...rest, ...outcome})),
        null,
        1,
      ),
    )
  const isHeld = !options.ratchet || holdsRatchet(options.ratchet, count(reports, 'passed'))
  console.log(`${count(reports, 'passed')} passed, ${count(reports, 'failed')} failed, ${count(reports, 'skipped')} skipped`)
  process.exit(isHeld ? 0 : 1)
}

/** The number that once passed is the least that must pass from then on. */
function holdsRatchet(file: string, passed: number): boolean {
  const {passed: least} = JSON.parse(readFileSync(file, 'utf8')) as {passed: number}
  if (passed < least) console.log(`The ratchet broke: ${least} cases passed before.`)
  else if (passed > least) console.log(`Raise the ratchet in ${file} to ${passed}.`)
  return passed >= least
}
