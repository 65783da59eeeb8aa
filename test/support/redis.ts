import {spawn, spawnSync} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {createServer} from 'node:net'
import {Redis} from 'ioredis'
import {temporaryDirectory} from './temp-dir.ts'

/** Which server to test against: another version, or Valkey, as a path. */
const binary = process.env.REDIS_SERVER ?? 'redis-server'

export type RedisServer = {
  readonly port: number
  readonly url: string
  /** Ends it at once, and removes its directory. */
  stop(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** Starts it again on the same port and directory, after `kill`. `more`: as on the command line. */
  restart(more?: readonly string[]): Promise<void>
}

/** `config`: as on the command line, `['--appendfsync', 'always']`. Without more: append-only file, fsync every second. */
export async function startRedis(config: readonly string[] = []): Promise<RedisServer> {
  mustHaveRedis()
  return startServer((port, dir) => [
    ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes'],
    ...config,
  ])
}

/** A server with arguments made for a free port and a directory of its own. */
export async function startServer(argsOf: (port: number, dir: string) => readonly string[]): Promise<RedisServer> {
  const port = await freePort()
  const dir = temporaryDirectory('redis')
  const args = argsOf(port, dir.path)
  let child = await start(args, port)
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      // Not SIGTERM: a server that writes its first append-only file refuses to end.
      await kill(child)
      dir.remove()
    },
    kill: () => kill(child),
    async restart(more = []) {
      child = await start([...args, ...more], port)
    },
  }
}

function mustHaveRedis(): void {
  const found = spawnSync(binary, ['--version'])
  if (found.error)
    throw new Error(
      `${binary} is missing, and these tests run against a real one: install it (on Debian: apt-get install redis-server).`,
    )
}

/** Free at this moment; the probability that somebody takes it before we do is small. Below 55536, for a cluster's second port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const server = createServer()
      server.once('error', reject)
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
      })
    })
    if (port < 55_536) return port
  }
}

async function start(args: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(binary, args, {stdio: 'ignore'})
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  child.once('exit', () => process.off('exit', killed))
  await untilItAnswers(port, child)
  return child
}

async function untilItAnswers(port: number, child: ChildProcess): Promise<void> {
  const client = new Redis({port, host: '127.0.0.1', retryStrategy: () => 20, maxRetriesPerRequest: null})
  client.on('error', () => {})
  const died = new Promise<never>((_, reject) => {
    child.once('exit', code => reject(new Error(`${binary} on port ${port} ended with ${code} before it answered`)))
  })
  died.catch(() => {})
  try {
    await Promise.race([client.ping(), died])
  } finally {
    client.disconnect()
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}
