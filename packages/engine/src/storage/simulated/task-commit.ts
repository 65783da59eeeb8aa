import type {Offset} from '../../record/record.ts'
import {partitionKey} from '../../record/record.ts'
import {planAppend} from '../port/admission.ts'
import type {AppendBatch} from '../port/log-store.ts'
import type {CommitOutcome, TaskCommit} from '../port/task-commit.ts'
import {taskKey} from '../port/task-commit.ts'
import type {WakeHub} from '../port/wake-hub.ts'
import type {SimulatedData, SimulatedTask} from './data.ts'
import {appendView, applyWrite} from './log-store.ts'
import type {SimulatedNetwork} from './network.ts'
import {SortedEntries} from './sorted-entries.ts'

export function commitTask(
  data: SimulatedData,
  network: SimulatedNetwork,
  hub: WakeHub,
  work: TaskCommit,
): Promise<CommitOutcome> {
  return network.call(() => {
    const task = data.tasks.get(taskKey(work.task))
    if (!task || task.epoch !== work.epoch) return {kind: 'fenced', by: task?.epoch ?? 0}
    const plan = planAppend(work.outputs.map(withoutConditions), false, network.nowMs, appendView(data))
    const baseOffsets: Offset[] = []
    for (const [index, outcome] of plan.outcomes.entries()) {
      const output = work.outputs[index]
      if (outcome.kind === 'appended') baseOffsets.push(outcome.baseOffset)
      else if (output) return {kind: 'unknown-partition', at: {topic: output.topic, partition: output.partition}}
    }
    network.write(() => {
      for (const write of plan.writes) applyWrite(data, write)
      applyState(task, work)
    })
    if (work.outputs.length > 0) hub.notify(work.outputs)
    return {kind: 'committed', baseOffsets}
  })
}

const withoutConditions = ({topic, partition, bytes, count, maxTimestampMs}: AppendBatch): AppendBatch => ({
  topic,
  partition,
  bytes,
  count,
  maxTimestampMs,
})

function applyState(task: SimulatedTask, work: TaskCommit): void {
  for (const position of work.consumed) task.consumed.set(partitionKey(position), position)
  if (work.facts) task.facts = work.facts
  if (work.changelog) {
    const {append, keepFrom} = work.changelog
    const entries = append ? [...task.changelog.entries, append] : task.changelog.entries
    task.changelog = {keepFrom, entries: entries.filter(entry => entry.sequence >= keepFrom)}
  }
  for (const {store, key, value} of work.state) {
    let entries = task.stores.get(store)
    if (!entries) task.stores.set(store, (entries = new SortedEntries()))
    if (value) entries.set(key, value)
    else entries.delete(key)
  }
}
