import {systemClock} from '../../base/clock.ts'
import type {Clock} from '../../base/clock.ts'
import type {Storage} from '../port/storage.ts'
import {lockDirectory} from './directory-lock.ts'
import {Environment} from './environment.ts'
import {LmdbGroupStore} from './group-store.ts'
import {LmdbLogStore} from './log-store.ts'
import {finishRemovals} from './removal.ts'
import {LmdbStateStore} from './state-store.ts'
import {commitTask} from './task-commit.ts'
import {ThreadWake} from './wake.ts'

export type LmdbStorageOptions = {
  /** Made when absent. One process at a time; any number of its threads. */
  readonly dir: string
  readonly clock?: Clock
}

/**
 * The embedded store. Threads of one process may each open the same directory; the thread that opened it first closes it last.
 * A directory that another process uses is refused with INVALID_CONFIG.
 */
export async function openLmdbStorage({dir, clock = systemClock}: LmdbStorageOptions): Promise<Storage> {
  const unlock = lockDirectory(dir)
  try {
    return await openLocked(dir, clock, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function openLocked(dir: string, clock: Clock, unlock: () => void): Promise<Storage> {
  const env = new Environment(dir)
  await finishRemovals(env)
  const wake = new ThreadWake(dir)
  return {
    features: {
      adapter: 'lmdb',
      isCrossProcess: false,
      isAtomicAcrossPartitions: true,
      canAckAll: true,
      durability: {leader: 'the end of the process, at any moment', all: 'the end of the machine: written through to disk'},
    },
    log: new LmdbLogStore(env, wake, clock),
    state: new LmdbStateStore(env),
    groups: new LmdbGroupStore(env),
    wake,
    commit: work => commitTask(env, wake, clock.nowMs(), work),
    health: async () => ({isHealthy: true, facts: {store: 'LMDB', directory: dir, ...env.facts()}}),
    async close() {
      wake.close()
      await env.close()
      unlock()
    },
  }
}
