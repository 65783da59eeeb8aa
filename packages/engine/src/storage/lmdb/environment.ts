import {open} from 'lmdb'
import type {Database, RootDatabase} from 'lmdb'
import {EngineError} from '../../base/errors.ts'

export type Bytes = Database<Uint8Array, Uint8Array>

/** Address space, not disk or memory: reserved at once, because growing it while other threads read is what LMDB forbids. */
const mapBytes = 2 ** 40

/**
 * The LMDB environment and its four databases, all from bytes to bytes. Several threads of a process open the same directory.
 *
 * - `meta`: topics, partitions, producers, documents, groups, tasks; keys in `keys.ts`
 * - `index`: a small entry a batch, by partition and base offset
 * - `blobs`: the batches themselves, by the same key
 * - `state`: rows of tasks
 */
export class Environment {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>
  readonly meta: Bytes
  readonly index: Bytes
  readonly blobs: Bytes
  readonly state: Bytes
  #isClosed = false

  constructor(dir: string) {
    this.#root = open<Uint8Array, Uint8Array>({
      path: dir,
      encoding: 'binary',
      keyEncoding: 'binary',
      mapSize: mapBytes,
      maxDbs: 8,
      maxReaders: 512,
    })
    const database = (name: string): Bytes => this.#root.openDB({name, encoding: 'binary', keyEncoding: 'binary'})
    this.meta = database('meta')
    this.index = database('index')
    this.blobs = database('blobs')
    this.state = database('state')
  }

  /**
   * Runs `work` inside a write transaction and resolves when it is committed, which survives the death of this process.
   * Works of one turn share a commit, so a `work` that throws is not undone: it decides first, and writes when nothing can fail.
   */
  async write<T>(work: () => T): Promise<T> {
    this.#mustBeOpen()
    try {
      return await this.meta.transaction(work)
    } catch (error) {
      throw storageError(error)
    }
  }

  /** Runs `work` on the state that is committed now, by any thread. */
  read<T>(work: () => T): T {
    this.#mustBeOpen()
    this.#root.resetReadTxn()
    return work()
  }

  /** Resolves when all that this thread committed is on disk. */
  async flushed(): Promise<void> {
    await this.#root.flushed
  }

  facts(): Readonly<Record<string, string>> {
    const stats: {lastPageNumber?: number; pageSize?: number} = this.#root.getStats()
    return {'size on disk': `${(((stats.lastPageNumber ?? 0) + 1) * (stats.pageSize ?? 0)) / 1e6} MB`}
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#root.flushed
    await this.#root.close()
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new EngineError('CLOSED', 'The embedded store is closed.')
  }
}

function storageError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error)
  if (/MDB_MAP_FULL|No space left|ENOSPC|disk quota/i.test(message)) {
    return new EngineError('STORAGE_FULL', `The embedded store can't grow: ${message}.`, {}, error)
  }
  return error
}
