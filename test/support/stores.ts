import {onTestFailed, onTestFinished} from 'vitest'
import {startRedis, type RedisServer} from './redis.ts'
import {startServerProcess, type ServerProcess} from './server.ts'
import {temporaryDirectory} from './temp-dir.ts'

export type StoreName = 'LMDB' | 'Redis'

export type Deployment = {
  readonly server: ServerProcess
  /** Settings with which more servers may join, where the store serves several. */
  readonly environment: Readonly<Record<string, string>>
  readonly redis: RedisServer | undefined
  stop(): Promise<void>
}

/** A server over a store that nobody used before; Redis writes every command to its file before it answers. */
export async function deploy(store: StoreName): Promise<Deployment> {
  const redis = store === 'Redis' ? await startRedis(['--appendfsync', 'always']) : undefined
  const directory = temporaryDirectory('data')
  const environment: Record<string, string> = redis ? {REDIS_URL: redis.url} : {DATA_DIR: directory.path}
  const server = await startServerProcess(environment)
  return {
    server,
    environment,
    redis,
    async stop() {
      await server.kill()
      await redis?.stop()
      directory.remove()
    },
  }
}

/** The same for the test that runs, which prints what the server said when it fails. */
export async function deployForTest(store: StoreName): Promise<Deployment> {
  const deployment = await deploy(store)
  onTestFinished(() => deployment.stop())
  onTestFailed(() => void process.stdout.write(`the server said:\n${deployment.server.output().slice(-6000)}\n`))
  return deployment
}
