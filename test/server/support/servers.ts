import {spawn} from 'node:child_process'
import {join} from 'node:path'
import {Engine, silentLogger, type EngineApi, type Logger} from '@millrace/engine'
import {openSimulatedStorage} from '@millrace/engine/testing'
import {startServer} from '@millrace/server'
import {onTestFinished} from 'vitest'
import {root} from '../../tidy/sources.ts'

export type Served = {readonly url: string; readonly engine: Engine; close(): Promise<void>}

export type ServeOptions = {
  readonly logger?: Logger
  readonly dashboardDir?: string
  /** Stands between server and engine, to watch what is asked. */
  readonly watch?: (engine: Engine) => EngineApi
}

/** A server in this process, over an engine on simulated storage. */
export async function serve({
  logger = silentLogger,
  dashboardDir = '/nowhere',
  watch = engine => engine,
}: ServeOptions = {}): Promise<Served> {
  const storage = openSimulatedStorage()
  const engine = await Engine.open({storage})
  const server = await startServer({engine: watch(engine), logger, host: '127.0.0.1', port: 0, dashboardDir})
  return {
    url: server.url,
    engine,
    close: async () => {
      await server.close()
      await engine.close()
      await storage.close()
    },
  }
}

export type ServerProcess = {
  readonly url: string
  readonly pid: number
  output(): string
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<ExitedProcess>
}
export type ExitedProcess = {readonly code: number | null; readonly output: string; readonly ms: number}

const main = join(root, 'apps/server/dist/main.js')

/** A server of its own process, as `npm start` would run it; killed at the latest when the test ends. Needs a build. */
export async function startProcess(env: Record<string, string>): Promise<ServerProcess> {
  const {child, output, exited} = launch({PORT: '0', ...env})
  const end = async (signal: NodeJS.Signals): Promise<ExitedProcess> => {
    const from = Date.now()
    child.kill(signal)
    return {...(await exited), ms: Date.now() - from}
  }
  onTestFinished(async () => void (await end('SIGKILL')))
  const url = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /Dashboard +(http:\S+)/.exec(output())?.[1]
      if (found) resolve(found)
    }
    child.stdout.on('data', look)
    void exited.then(({code}) => reject(new Error(`the server ended with ${code}: ${output()}`)))
  })
  return {
    url,
    pid: child.pid ?? 0,
    output,
    end,
  }
}

/** Runs a server that is expected to refuse its start. */
export const runToEnd = (env: Record<string, string>): Promise<ExitedProcess> => launch({PORT: '0', ...env}).exited

function launch(env: Record<string, string>) {
  const {PATH = '', HOME = ''} = process.env
  const from = Date.now()
  const child = spawn(process.execPath, [main], {env: {PATH, HOME, ...env}, stdio: ['ignore', 'pipe', 'pipe']})
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()))
  const exited = new Promise<ExitedProcess>(resolve =>
    child.once('close', code => {
      process.off('exit', kill)
      resolve({code, output: text, ms: Date.now() - from})
    }),
  )
  return {child, output: () => text, exited}
}
