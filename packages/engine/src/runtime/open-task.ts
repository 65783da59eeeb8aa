import type {Logger} from '../base/logger.ts'
import type {BadRow} from '../operators/operator.ts'
import {limits} from '../limits.ts'
import type {Storage} from '../storage/port/storage.ts'
import type {TaskId} from '../storage/port/task-commit.ts'
import {commitAcksIn} from './commit-acks.ts'
import type {TaskProgram} from './program.ts'
import type {QueryRun} from './query-run.ts'
import {Task} from './task.ts'

export type OpenTaskOptions = {
  readonly storage: Storage
  readonly run: QueryRun
  readonly id: TaskId
  readonly program: TaskProgram
  readonly logger: Logger
  readonly onBadRows: (rows: readonly BadRow[]) => void
}

/** Claims the task, gives the program its committed state back, and sets it to where it was. */
export async function openTask({storage, run, id, program, logger, onBadRows}: OpenTaskOptions): Promise<Task> {
  const acks = commitAcksIn(run.settings)
  const {epoch, consumed, facts} = await storage.state.claim(id, acks)
  const {entries} = await storage.state.changelog(id, 0)
  program.replay(entries)
  for (const store of program.restoredStores) await restoreStore(storage, id, program, store)
  program.endRestore()
  if (facts) program.restoreFacts(facts)
  const committed = new Map(consumed.map(({topic, next}) => [topic, next]))
  const positions = program.topics.map(topic => committed.get(topic) ?? run.start?.[topic]?.[id.partition])
  return new Task({id, epoch, acks, program, storage, logger, positions, onBadRows})
}

async function restoreStore(storage: Storage, id: TaskId, program: TaskProgram, store: string): Promise<void> {
  let after: Uint8Array | undefined
  do {
    const page = await storage.state.scan(id, store, {entriesMax: limits.restorePageEntries, ...(after && {after})})
    program.restore(store, page.entries)
    after = page.next
  } while (after)
}
