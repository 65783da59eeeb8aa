import {systemClock, type Clock} from './base/clock.ts'
import {EngineError} from './base/errors.ts'
import {silentLogger, type Logger} from './base/logger.ts'
import {CommandLog} from './catalog/command-log.ts'
import type {AnyFunction} from './expr/functions/registry.ts'
import {PersistentQueries} from './query/persistent.ts'
import {loadFunctions, useFunctions} from './runtime/load-functions.ts'
import {openStorage} from './runtime/open-storage.ts'
import {OwnedTasks, type ProcessOptions} from './runtime/ownership.ts'
import {InlinePool, type TaskPool} from './runtime/pool.ts'
import {createProcessingLog, ProcessingLog} from './runtime/processing-log.ts'
import {TaskHost} from './runtime/task-host.ts'
import {ThreadPool} from './runtime/thread-pool.ts'
import type {StorageDescriptor} from './runtime/worker-protocol.ts'
import type {Storage} from './storage/port/storage.ts'

export type EngineOptions = {
  /** An open storage, closed by whoever opened it, or how to open one, which the engine then closes. Threads need the latter. */
  readonly storage: Storage | StorageDescriptor
  /** Worker threads for tasks; 0: tasks run in the calling thread. Default 0 with an open storage, else 1. */
  readonly threads?: number
  /** `manual` (only without threads): tasks move only inside `settle` and `drive`, in a fixed order. Default `auto`. */
  readonly tasks?: 'auto' | 'manual'
  readonly clock?: Clock
  readonly logger?: Logger
  /** How this process shares tasks with the others over one storage, where several may use it. */
  readonly process?: ProcessOptions
  /** Session properties that hold where a request names none. */
  readonly properties?: Readonly<Record<string, unknown>>
  /** Partitions of a topic that is created without saying how many. Default 1. */
  readonly partitions?: number
  /** Users' functions, for an engine without threads. They hold in the whole thread while the engine is open. */
  readonly functions?: readonly AnyFunction[]
  /** The same for any engine: an absolute path or URL of a module that exports `functions`; each worker thread imports it. */
  readonly functionsModule?: string
}

/** What an engine stands on, open and running. */
export type EngineParts = {
  readonly storage: Storage
  /** The storage is to be closed with the engine. */
  readonly isOwner: boolean
  readonly clock: Clock
  readonly logger: Logger
  readonly commands: CommandLog
  readonly pool: TaskPool
  readonly queries: PersistentQueries
  readonly processingLog: ProcessingLog
  readonly releaseFunctions: () => void
  readonly options: EngineOptions
}

/** Opens the catalog and goes on with every query that was running. INVALID_CONFIG for options that do not go together. */
export async function openParts(options: EngineOptions): Promise<EngineParts> {
  const {clock = systemClock, logger = silentLogger} = options
  const descriptor = 'kind' in options.storage ? options.storage : undefined
  const threads = options.threads ?? (descriptor ? 1 : 0)
  if (threads > 0 && (options.functions?.length ?? 0) > 0)
    throw new EngineError('INVALID_CONFIG', 'functions do not reach worker threads: name a module of them (functionsModule)')
  const {functions = [], functionsModule} = options
  const loaded = functionsModule === undefined ? [] : await loadFunctions(functionsModule)
  const releaseFunctions = useFunctions([...functions, ...loaded])
  const storage = 'kind' in options.storage ? await openStorage(options.storage) : options.storage
  const commands = await CommandLog.open(storage.log, clock)
  await createProcessingLog(storage.log, clock)
  const processingLog = new ProcessingLog(storage.log, clock, logger)
  if (threads > 0 && descriptor === undefined)
    throw new EngineError('INVALID_CONFIG', 'worker threads open the storage themselves: give the engine its descriptor')
  const onFailed: PersistentQueries['fail'] = failure => queries.fail(failure)
  const own =
    threads > 0 && descriptor
      ? new ThreadPool({threads, storage: descriptor, functionsModule, clock, logger, onFailed})
      : new InlinePool(new TaskHost({storage, clock, logger, processingLog, isManual: options.tasks === 'manual', onFailed}))
  const isShared = storage.features.isCrossProcess && options.tasks !== 'manual'
  const pool = isShared ? await OwnedTasks.join({...options.process, pool: own, groups: storage.groups, clock, logger}) : own
  const queries = new PersistentQueries({storage, pool, clock, logger})
  await queries.startAll(commands.catalog)
  const isOwner = descriptor !== undefined
  return {storage, isOwner, clock, logger, commands, pool, queries, processingLog, releaseFunctions, options}
}
