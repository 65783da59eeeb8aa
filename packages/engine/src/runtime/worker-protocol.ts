import type {QueryRun, TaskPlace} from './query-run.ts'
import type {TaskReport} from './task-host.ts'

/** How a thread that can't be handed an open storage opens its own. Plain data. */
export type StorageDescriptor =
  | {readonly kind: 'lmdb'; readonly dir: string}
  | {
      readonly kind: 'redis'
      readonly url: string
      readonly mode?: 'standalone' | 'sentinel' | 'cluster'
      readonly namespace: string
    }

/** What a worker thread starts with. */
export type WorkerData = {readonly storage: StorageDescriptor; readonly functionsModule: string | undefined}

/** To a worker thread. `request` comes back in `done`. */
export type WorkerRequest =
  | {readonly kind: 'start'; readonly request: number; readonly run: QueryRun; readonly tasks: readonly TaskPlace[]}
  | {readonly kind: 'stop'; readonly request: number; readonly queryId: string; readonly tasks?: readonly TaskPlace[]}
  | {readonly kind: 'close'; readonly request: number}

export type WorkerEvent =
  | {readonly kind: 'done'; readonly request: number; readonly error?: string}
  | {readonly kind: 'reports'; readonly reports: readonly TaskReport[]}
  | {readonly kind: 'failed'; readonly queryId: string; readonly task: string; readonly message: string}
  | {
      readonly kind: 'log'
      readonly level: 'debug' | 'info' | 'warn' | 'error'
      readonly details: Readonly<Record<string, unknown>>
      readonly message: string
    }
