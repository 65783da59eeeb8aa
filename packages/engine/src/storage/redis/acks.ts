import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {Connections} from './connections.ts'
import {arrayOf, numberOf} from './reply.ts'
import type {ScriptCall} from './run-together.ts'
import {canKeepAll, durabilityAt} from './server-facts.ts'
import type {Durability} from './server-facts.ts'

const ackTimeoutMs = 5000
const hurriedTimeoutMs = 1000
/** Replicas come and go: for so long what a server said of its own is believed. */
const rememberedMs = 1000

export type AcknowledgerParts = {
  readonly connections: Connections
  readonly clock: Clock
  /** Sentinel or Cluster: another server may take over, so that one disk alone is no promise. */
  readonly mayFailOver: boolean
}

/** LEADER: applied. HURRIED: also on the replicas there are, if they follow within a second. ALL: see `run`. */
export type AckLevel = 'LEADER' | 'HURRIED' | 'ALL'

type Remembered = {readonly durability: Durability; readonly untilMs: number}

/** Writes that are answered when replicas and disk have them, as far as the server that makes them can say. */
export class Acknowledger {
  readonly #parts: AcknowledgerParts
  readonly #remembered = new Map<string, Remembered>()

  constructor(parts: AcknowledgerParts) {
    this.#parts = parts
    parts.connections.command.onChange(() => this.#remembered.clear())
  }

  /**
   * Runs a script that writes, and waits. `isKept`: level ALL can be given and was reached; false: it can't be given here, and
   * the answer stands for LEADER. Fails with ACKS_NOT_REACHED when replicas or disk did not follow in time: then it is written.
   */
  async run(
    call: ScriptCall,
    {isRepeatable}: {isRepeatable: boolean},
  ): Promise<{readonly reply: unknown; readonly isKept: boolean}> {
    const {reply, missing, durability} = await this.#runAndWait(call, isRepeatable, ackTimeoutMs)
    if (missing !== undefined)
      throw new EngineError(
        'ACKS_NOT_REACHED',
        `The batches are applied, but in ${ackTimeoutMs / 1000} s reached only ${missing}.`,
      )
    return {reply, isKept: canKeepAll(durability, this.#parts.mayFailOver)}
  }

  /** The same, where a failover must not take back what others were told, and a slow replica must not stop them for long. */
  async runHurriedly(call: ScriptCall, {isRepeatable}: {isRepeatable: boolean}): Promise<unknown> {
    return (await this.#runAndWait(call, isRepeatable, hurriedTimeoutMs, false)).reply
  }

  /** At any of the levels, for what is written once however often it is sent. */
  async runAt(level: AckLevel, call: ScriptCall): Promise<{readonly reply: unknown; readonly isKept: boolean}> {
    const options = {isRepeatable: true}
    if (level === 'ALL') return this.run(call, options)
    if (level === 'HURRIED') return {reply: await this.runHurriedly(call, options), isKept: true}
    return {reply: await this.#parts.connections.command.run(call.script, call.keys, call.args, options), isKept: true}
  }

  async #runAndWait(call: ScriptCall, isRepeatable: boolean, timeoutMs: number, waitsForDisk = true) {
    const {command} = this.#parts.connections
    const {script, keys, args} = call
    const durability = await this.#durabilityAt(keys[0] ?? '')
    const wait = waitFor(durability, timeoutMs, waitsForDisk)
    if (!wait) return {reply: await command.run(script, keys, args, {isRepeatable}), durability}
    const {acknowledged} = this.#parts.connections
    const {reply, then} = await acknowledged.runThen(call, wait, {isRepeatable})
    const missing = missingOf(then, durability, wait)
    if (missing === undefined) return {reply, durability}
    // A replica that has gone meanwhile is not missed.
    this.#remembered.clear()
    const now = await this.#durabilityAt(keys[0] ?? '')
    const stillMissing = missingOf(then, now, wait)
    return stillMissing === undefined ? {reply, durability: now} : {reply, durability: now, missing: stillMissing}
  }

  async #durabilityAt(key: string): Promise<Durability> {
    const {connections, clock} = this.#parts
    const address = connections.command.addressOf(key)
    const known = this.#remembered.get(address)
    if (known && clock.nowMs() < known.untilMs) return known.durability
    const durability = await durabilityAt(connections.command, key)
    this.#remembered.set(address, {durability, untilMs: clock.nowMs() + rememberedMs})
    return durability
  }
}

function waitFor(
  {canWaitForDisk, appendFsync, replicas}: Durability,
  timeoutMs: number,
  waitsForDisk: boolean,
): [string, ...number[]] | undefined {
  if (waitsForDisk && canWaitForDisk && appendFsync !== 'always') return ['WAITAOF', 1, replicas, timeoutMs]
  return replicas > 0 ? ['WAIT', replicas, timeoutMs] : undefined
}

/** What the reply says that was reached, where that is not enough. */
function missingOf(reply: unknown, {replicas: expected}: Durability, [command]: readonly unknown[]): string | undefined {
  const [local, replicas] = command === 'WAITAOF' ? arrayOf(reply).map(numberOf) : [1, numberOf(reply)]
  if (local !== 0 && (replicas ?? 0) >= expected) return undefined
  return [`${replicas} of ${expected} replicas`, ...(local === 0 ? ['not the disk'] : [])].join(', ')
}
