import type {Redis} from 'ioredis'
import type {Argument} from './connection.ts'
import {messageOf} from './errors.ts'
import type {Script} from './script.ts'

export type ScriptCall = {readonly script: Script; readonly keys: readonly string[]; readonly args: readonly Argument[]}
export type Command = readonly [name: string, ...args: Argument[]]

/** Reply of a script, and of the command behind it. */
export type Together = {readonly reply: unknown; readonly then: unknown}

type Waiting = {
  readonly call: ScriptCall
  readonly then: Command
  readonly resolve: (together: Together) => void
  readonly reject: (error: unknown) => void
}

const callsMax = 64

/**
 * Scripts and a command behind them, on one connection to one server: what WAIT needs, which speaks of all that its own connection
 * wrote before. It holds the connection up, so scripts that come meanwhile go together, with one such command behind them all.
 */
export class RunTogether {
  readonly #server: Redis
  readonly #waiting: Waiting[] = []
  #isRunning = false

  constructor(server: Redis) {
    this.#server = server
  }

  run(call: ScriptCall, then: Command): Promise<Together> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({call, then, resolve, reject})
      if (!this.#isRunning) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    // A microtask later: calls of the same turn go together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const taken = takeAlike(this.#waiting)
      try {
        await this.#runAll(taken)
      } catch (error) {
        for (const {reject} of taken) reject(error)
      }
    }
    this.#isRunning = false
  }

  async #runAll(taken: readonly Waiting[]): Promise<void> {
    const replies = await this.#send(taken, 'EVALSHA')
    const unknown = taken.filter((_, i) => isUnknownScript(replies[i]?.[0]))
    const again = unknown.length > 0 ? await this.#send(unknown, 'EVAL') : []
    const [thenError, then] = (unknown.length > 0 ? again : replies).at(-1) ?? []
    for (const [i, waiting] of taken.entries()) {
      const at = unknown.indexOf(waiting)
      const [error, reply] = (at < 0 ? replies[i] : again[at]) ?? []
      const failure = error ?? thenError
      if (failure) waiting.reject(failure)
      else waiting.resolve({reply, then})
    }
  }

  async #send(calls: readonly Waiting[], command: 'EVALSHA' | 'EVAL') {
    const pipeline = this.#server.pipeline()
    for (const {call} of calls) {
      const {script, keys, args} = call
      pipeline.callBuffer(command, command === 'EVAL' ? script.source : script.digest, keys.length, ...keys, ...args)
    }
    const [name, ...args] = calls[0]?.then ?? ['PING']
    pipeline.callBuffer(name, ...args)
    return (await pipeline.exec()) ?? []
  }
}

export const isUnknownScript = (error: unknown): boolean => messageOf(error).startsWith('NOSCRIPT')

/** Removes the calls that go next: those in front that want the same command behind them. */
function takeAlike(waiting: Waiting[]): readonly Waiting[] {
  const wanted = waiting[0]?.then.join(' ')
  let count = 0
  while (count < Math.min(waiting.length, callsMax) && waiting[count]?.then.join(' ') === wanted) count++
  return waiting.splice(0, count)
}
