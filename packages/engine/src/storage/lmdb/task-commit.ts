import type {Offset} from '../../record/record.ts'
import {planAppend} from '../port/admission.ts'
import type {AppendBatch} from '../port/log-store.ts'
import type {ChangelogWrite, CommitOutcome, StateWrite, TaskCommit} from '../port/task-commit.ts'
import type {Environment} from './environment.ts'
import {keys} from './keys.ts'
import {appendView, applyWrites} from './partitions.ts'
import {decodeIfPresent, nextNumber, numberRow, put, remove} from './rows.ts'
import {StoredRows} from './stored-rows.ts'
import {changelogStart, findTask, putTask, withPositions} from './tasks.ts'
import type {ThreadWake} from './wake.ts'

export async function commitTask(env: Environment, wake: ThreadWake, nowMs: number, work: TaskCommit): Promise<CommitOutcome> {
  const outcome = await env.write(() => decideAndWrite(env, nowMs, work))
  if (work.acks === 'ALL') await env.flushed()
  if (outcome.kind === 'committed' && work.outputs.length > 0) wake.notify(work.outputs)
  return outcome
}

function decideAndWrite(env: Environment, nowMs: number, work: TaskCommit): CommitOutcome {
  const task = findTask(env, work.task)
  if (!task || task.epoch !== work.epoch) return {kind: 'fenced', by: task?.epoch ?? 0}
  const plan = planAppend(work.outputs.map(withoutConditions), false, nowMs, appendView(env))
  const baseOffsets: Offset[] = []
  for (const [index, outcome] of plan.outcomes.entries()) {
    const output = work.outputs[index]
    if (outcome.kind === 'appended') baseOffsets.push(outcome.baseOffset)
    else if (output) return {kind: 'unknown-partition', at: {topic: output.topic, partition: output.partition}}
  }
  applyWrites(env, plan.writes)
  writeState(env, task.number, work.state)
  if (work.changelog) writeChangelog(env, task.number, work.changelog)
  if (work.consumed.length > 0) putTask(env, work.task, withPositions(task, work.consumed))
  if (work.facts) put(env.meta, keys.taskFacts(task.number), work.facts)
  return {kind: 'committed', baseOffsets}
}

const withoutConditions = ({topic, partition, bytes, count, maxTimestampMs}: AppendBatch): AppendBatch => ({
  topic,
  partition,
  bytes,
  count,
  maxTimestampMs,
})

function writeState(env: Environment, task: number, writes: readonly StateWrite[]): void {
  const stores = new Map<string, StoredRows>()
  for (const {store, key, value} of writes) {
    let rows = stores.get(store)
    if (!rows) stores.set(store, (rows = new StoredRows(env.state, storeNumber(env, task, store))))
    if (value) rows.put(key, value)
    else rows.remove(key)
  }
}

function writeChangelog(env: Environment, task: number, {append, keepFrom}: ChangelogWrite): void {
  if (append) put(env.meta, keys.changelogEntry(task, append.sequence), append.bytes)
  if (keepFrom <= changelogStart(env, task)) return
  const dropped = {start: keys.changelogEntry(task, 0), end: keys.changelogEntry(task, keepFrom)}
  for (const key of [...env.meta.getKeys(dropped)]) remove(env.meta, key)
  put(env.meta, keys.changelogStart(task), numberRow.encode(keepFrom))
}

function storeNumber(env: Environment, task: number, store: string): number {
  const key = keys.store(task, store)
  const known = decodeIfPresent(env.meta, key, numberRow.decode)
  if (known !== undefined) return known
  const number = nextNumber(env)
  put(env.meta, key, numberRow.encode(number))
  return number
}
