import {systemClock} from '../../base/clock.ts'
import type {Clock} from '../../base/clock.ts'
import {seededRandom} from '../../base/random.ts'
import type {Storage} from '../port/storage.ts'
import {WakeHub} from '../port/wake-hub.ts'
import {copyData, emptyData, replaceData} from './data.ts'
import type {SimulatedData} from './data.ts'
import {SimulatedGroupStore} from './group-store.ts'
import {SimulatedLogStore} from './log-store.ts'
import {SimulatedNetwork} from './network.ts'
import type {SimulatedFaults} from './network.ts'
import {SimulatedStateStore} from './state-store.ts'
import {commitTask} from './task-commit.ts'

export type {SimulatedFaults} from './network.ts'

export type SimulatedStorageOptions = {
  /** Decides every latency and fault. */
  readonly seed?: number
  readonly clock?: Clock
  readonly faults?: SimulatedFaults
  /** The world to join (several "processes" over one store) or, from `snapshot`, to go back to. A new one when absent. */
  readonly world?: SimulatedWorld
}

/** A simulated store with everything that is connected to it. */
export type SimulatedWorld = {readonly data: SimulatedData; readonly hub: WakeHub}

export interface SimulatedStorage extends Storage {
  /** Give it to another `openSimulatedStorage` to be a second process, or this one after a restart. */
  readonly world: SimulatedWorld
  /** A copy of the whole store as it is now, nobody connected. */
  snapshot(): SimulatedWorld
  /** Another server takes over, with what it had received. */
  takeOver(received: SimulatedWorld): void
  setFaults(faults: SimulatedFaults): void
  /** Whether `crashBeforeWrite` was reached: every call fails from then on. */
  readonly hasCrashed: boolean
}

/** A store in memory: deterministic, with faults on demand. Without faults nothing waits and no timer runs. */
export function openSimulatedStorage(options: SimulatedStorageOptions = {}): SimulatedStorage {
  const world = options.world ?? {data: emptyData(), hub: new WakeHub()}
  const {data, hub} = world
  const network = new SimulatedNetwork(seededRandom(options.seed ?? 1), options.clock ?? systemClock, options.faults ?? {})
  const log = new SimulatedLogStore(data, network, hub)
  const memory = 'the process that uses it, not the end of the simulation'
  return {
    features: {
      adapter: 'simulated',
      isCrossProcess: true,
      isAtomicAcrossPartitions: true,
      canAckAll: true,
      durability: {leader: memory, all: memory},
    },
    log,
    state: new SimulatedStateStore(data, network),
    groups: new SimulatedGroupStore(data, network),
    wake: hub,
    commit: work => commitTask(data, network, hub, work),
    health: () => network.call(() => ({isHealthy: true, facts: {store: 'memory', topics: String(data.topics.size)}})),
    close: async () => network.close(),
    world,
    snapshot: () => ({data: copyData(data), hub: new WakeHub()}),
    takeOver(received) {
      replaceData(data, received.data)
      log.tellTakeover()
    },
    setFaults: faults => network.setFaults(faults),
    get hasCrashed() {
      return network.hasCrashed
    },
  }
}
