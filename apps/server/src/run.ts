import {createRequire} from 'node:module'
import {dirname, join, resolve} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {Engine, EngineError, type StorageDescriptor} from '@millrace/engine'
import {pino} from 'pino'
import {parseConfig, type Config} from './config.ts'
import {serverLimits} from './limits.ts'
import {isGone, processName} from './process-identity.ts'
import {startServer} from './server.ts'

/** Starts Millrace as the environment says, runs `alongside` if given, and serves until it is told to stop; then ends the process. */
export async function runUntilStopped(alongside?: (engine: Engine, signal: AbortSignal) => Promise<void>): Promise<void> {
  const parsed = parseConfig(process.env)
  if ('problems' in parsed)
    return fail(['The configuration is wrong:', ...parsed.problems.map(problem => `  ${problem}`)].join('\n'))
  const {config} = parsed
  const logger = pino({level: config.logLevel})
  const engine = await Engine.open({
    storage: storageOf(config),
    threads: config.engineThreads,
    ...(config.functionsModule !== undefined && {functionsModule: config.functionsModule}),
    logger,
    process: {name: processName(), isGone},
  }).catch(explain)
  const dashboardDir = join(dirname(createRequire(import.meta.url).resolve('@millrace/dashboard/package.json')), 'out')
  const server = await startServer({engine, logger, host: config.host, port: config.port, dashboardDir}).catch(explain)
  console.log(welcome(server.url, config))

  const stopping = new AbortController()
  const stopped = new Promise<void>(done => stopping.signal.addEventListener('abort', () => done(), {once: true}))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const work = alongside?.(engine, stopping.signal)
  await stopped
  console.log('Shutting down: committing what is done.')
  await work
  await server.close()
  const isClosed = await Promise.race([engine.close().then(() => true), sleep(serverLimits.engineCloseMsMax, false)])
  if (!isClosed) console.error('The store does not answer: ending without a last commit. What was acknowledged is not lost.')
  process.exit(isClosed ? 0 : 1)
}

function storageOf(config: Config): StorageDescriptor {
  if (config.redis) return {kind: 'redis', ...config.redis, namespace: config.namespace}
  return {kind: 'lmdb', dir: resolve(config.dataDir)}
}

/** Start-up failures that a person can mend are said in a sentence; others keep their stack. */
function explain(error: unknown): never {
  if (error instanceof EngineError) return fail(`Millrace could not start: ${error.message}`)
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return fail(`Millrace could not start: ${error.message}. Set PORT to a free port.`)
  throw error
}

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}

const welcome = (url: string, config: Config): string => `
Millrace is up, with ${config.redis ? `Redis (${config.redis.mode})` : `the embedded store in ${resolve(config.dataDir)}`}.

  Dashboard   ${url}
  GraphQL     ${url}/graphql
  Health      ${url}/healthz  ${url}/readyz
  Metrics     ${url}/metrics

Next: open ${url}/sql and run
  CREATE STREAM clicks (user VARCHAR, page VARCHAR) WITH (KAFKA_TOPIC='clicks', PARTITIONS=2);
`
