import {spawn, spawnSync} from 'node:child_process'
import {connect, type NatsConnection} from '@nats-io/transport-node'
import {must} from '../../../packages/engine/src/base/assert.ts'
import {freePort} from '../../support/redis.ts'
import {temporaryDirectory} from '../../support/temp-dir.ts'

export const natsUnavailable = (): string | undefined =>
  spawnSync('nats-server', ['--version']).error ? 'nats-server not found: apt-get install nats-server' : undefined

export type Nats = {readonly pid: number; readonly connection: NatsConnection}

/** Runs `work` beside a nats-server of its own, which keeps its streams in a directory that is removed after. */
export async function withNats<T>(work: (nats: Nats) => Promise<T>): Promise<T> {
  const port = await freePort()
  const dir = temporaryDirectory('nats')
  const server = spawn('nats-server', ['-js', '-sd', dir.path, '-a', '127.0.0.1', '-p', `${port}`], {stdio: 'ignore'})
  const killed = () => server.kill('SIGKILL')
  process.once('exit', killed)
  try {
    const options = {servers: `127.0.0.1:${port}`, waitOnFirstConnect: true, reconnectTimeWait: 50, maxReconnectAttempts: 100}
    // Traces of asynchronous calls cost its client a third: it gets the setting that is best for it.
    const connection = await connect({...options, noAsyncTraces: true})
    try {
      return await work({pid: must(server.pid, 'pid of nats-server'), connection})
    } finally {
      await connection.close()
    }
  } finally {
    process.off('exit', killed)
    const ended = new Promise(resolve => server.once('exit', resolve))
    server.kill('SIGKILL')
    await ended
    dir.remove()
  }
}
