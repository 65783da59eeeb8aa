import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {Engine, type Storage} from '@millrace/engine'
import {openLmdbStorage} from '@millrace/engine/lmdb'
import {openRedisStorage} from '@millrace/engine/redis'
import {openSimulatedStorage} from '@millrace/engine/testing'
import {startRedis, type RedisServer} from '../support/redis.ts'
import {runCase, type Outcome} from './run-case.ts'
import {skipReason} from './skip.ts'
import {readSuite, type Case} from './suite.ts'

const {values: options} = parseArgs({
  options: {
    suite: {type: 'string'},
    only: {type: 'string'},
    json: {type: 'string'},
    storage: {type: 'string', default: 'simulated'},
    evaluator: {type: 'string', default: 'generated'},
    batched: {type: 'boolean', default: false},
    restart: {type: 'boolean', default: false},
    every: {type: 'string', default: '1'},
    ratchet: {type: 'string'},
    verbose: {type: 'boolean', default: false},
  },
})

if (!options.suite) {
  console.error('Usage: npm run conformance -- --suite DIR [--only TEXT] [--json FILE] [--storage simulated|lmdb|redis] [--evaluator generated|interpreted] [--batched] [--restart] [--every N] [--ratchet FILE] [--verbose]')
  process.exit(2)
}

/** Cases run at the beginning of time: the clock stands still at 0, as in ksqlDB's own runner. */
const frozen = {nowMs: () => 0, sleep: (ms: number, signal?: AbortSignal) => new Promise<void>(resolve => {
  const timer = setTimeout(resolve, ms)
  signal?.addEventListener('abort', () => { clearTimeout(timer); resolve() }, {once: true})
})}

type Report = {name: string; kind: 'passed' | 'failed' | 'skipped'; reason?: string; isNegative: boolean; messageMatches?: boolean}

const redis: RedisServer | undefined = options.storage === 'redis' ? await startRedis() : undefined
const reports: Report[] = []
const cases = readSuite(options.suite)
  .filter(it => !options.only || it.name.includes(options.only))
  .filter((_, i) => i % Number(options.every) === 0)
for (const [i, each] of cases.entries()) reports.push(await report(each, i))
await redis?.stop()
summarise()

async function report(given: Case, index: number): Promise<Report> {
  const isNegative = given.body.expectedException !== undefined || given.body.expectedError !== undefined
  const skipped = skipReason(given)
  if (skipped) return {name: given.name, kind: 'skipped', reason: skipped, isNegative}
  const outcome = await runIsolated(given, index)
  if (outcome.kind === 'failed' && options.verbose) console.log(`FAILED ${given.name}\n       ${outcome.reason}`)
  return {name: given.name, isNegative, ...outcome}
}

async function runIsolated(given: Case, index: number): Promise<Outcome> {
  const place = await openStorage(index)
  let storage = await place.open()
  const open = async () =>
    Engine.open({storage, threads: 0, tasks: 'manual', clock: frozen, isTestTool: true, properties: {'millrace.evaluator': options.evaluator}})
  let engine = await open()
  try {
    const reopen = async () => {
      await engine.close()
      await storage.close()
      storage = await place.open()
      engine = await open()
      return engine
    }
    return await withDeadline(runCase(given, engine, {isBatched: options.batched ?? false, ...(options.restart ? {reopen} : {})}))
  } catch (error) {
    return {kind: 'failed', reason: `threw: ${error instanceof Error ? `${error.message} ${error.stack?.split('\n')[1]?.trim() ?? ''}` : String(error)}`}
  } finally {
    await engine.close().catch(() => {})
    await storage.close().catch(() => {})
    place.remove()
  }
}

function withDeadline(outcome: Promise<Outcome>): Promise<Outcome> {
  const late: Outcome = {kind: 'failed', reason: 'not finished within 10 s'}
  return Promise.race([outcome, new Promise<Outcome>(resolve => setTimeout(() => resolve(late), 10_000).unref())])
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

function summarise(): void {
  const count = (kind: Report['kind'], of: readonly Report[] = reports): number => of.filter(it => it.kind === kind).length
  const reasons = new Map<string, number>()
  for (const it of reports) if (it.kind === 'skipped') reasons.set(it.reason ?? '', (reasons.get(it.reason ?? '') ?? 0) + 1)
  for (const [reason, times] of reasons) console.log(`skipped ${times}: ${reason}`)
  const negative = reports.filter(it => it.isNegative && it.kind !== 'skipped')
  console.log(`refusals: ${count('passed', negative)} of ${negative.length}, ${negative.filter(it => it.messageMatches).length} with ksqlDB's words`)
  const share = (100 * count('passed')) / Math.max(1, count('passed') + count('failed'))
  console.log(`${share.toFixed(2)} % of the cases that can run here`)
  if (options.json) writeFileSync(options.json, JSON.stringify(reports, null, 1))
  const isHeld = !options.ratchet || holdsRatchet(options.ratchet, count('passed'))
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
  process.exit(isHeld ? 0 : 1)
}

/** The number that once passed is the least that must pass from then on. */
function holdsRatchet(file: string, passed: number): boolean {
  const {passed: least} = JSON.parse(readFileSync(file, 'utf8')) as {passed: number}
  if (passed < least) console.log(`The ratchet broke: ${least} cases passed before.`)
  else if (passed > least) console.log(`Raise the ratchet in ${file} to ${passed}.`)
  return passed >= least
}
