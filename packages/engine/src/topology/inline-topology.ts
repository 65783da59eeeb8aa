import type {Chunk} from '../chunk/chunk.ts'
import {sliceChunk} from '../batch/select.ts'
import type {Step} from '../plan/step.ts'
import {buildTask, type TopologyEnv} from './build-task.ts'
import {splitTopology, type ResultTarget} from './split.ts'
import type {SubTopology, TopologyInput} from './sub-topology.ts'
import type {TaskTopology} from './task-topology.ts'

/**
 * A whole plan in one process, for all partitions at once: its sub-topologies are chained, internal topics are not
 * written. Push queries run so, without commits.
 */
export interface InlineTopology {
  /** The source inputs of all sub-topologies. */
  readonly inputs: readonly TopologyInput[]
  readonly tasks: readonly TaskTopology[]
  /** Rows of `inputs[input]`; what they lead to is passed to `emit` before this returns. */
  process(input: number, chunk: Chunk, emit: (chunk: Chunk) => void): void
  /** The same records of one topic that is several inputs: row by row, for equal offsets in the order of `parts`. */
  processShared(parts: readonly {readonly input: number; readonly chunk: Chunk}[], emit: (chunk: Chunk) => void): void
}

export function buildInline(
  root: Step,
  env: TopologyEnv,
  target: ResultTarget = {kind: 'result'},
  queryId = 'inline',
): InlineTopology {
  const tasks = splitTopology(root, queryId, target).map(subTopology => buildTask(subTopology, 0, env))
  return inlineOf(tasks, {isCommitted: false})
}

/** Chains tasks that are there already, one for each sub-topology of a plan. Committed tasks are drained by the caller. */
export function inlineOf(tasks: readonly TaskTopology[], {isCommitted}: {readonly isCommitted: boolean}): InlineTopology {
  const places = tasks.flatMap(task =>
    task.subTopology.inputs.map((input, at) => ({task, at, input})).filter(({input}) => input.kind === 'source'),
  )
  const readers = readersOf(tasks.map(task => task.subTopology))

  function flush(task: TaskTopology, emit: (chunk: Chunk) => void): void {
    for (const {output, chunk} of task.collect()) {
      const target = task.subTopology.outputs[output]!
      if (target.kind !== 'internal') emit(chunk)
      else
        for (const {subTopology, input} of readers.get(target.topic) ?? []) {
          tasks[subTopology]!.process(input, chunk)
          flush(tasks[subTopology]!, emit)
        }
    }
  }

  function process(input: number, chunk: Chunk, emit: (chunk: Chunk) => void): void {
    const {task, at} = places[input]!
    task.process(at, chunk)
    flush(task, emit)
    if (!isCommitted) for (const each of tasks) each.settle()
  }

  return {
    inputs: places.map(({input}) => input),
    tasks,
    process,
    processShared(parts, emit) {
      const offsets = [...new Set(parts.flatMap(({chunk}) => Array.from(chunk.origin?.offsets ?? [])))].toSorted((a, b) => a - b)
      const next = parts.map(() => 0)
      for (const offset of offsets)
        for (const [part, {input, chunk}] of parts.entries()) {
          const row = next[part]!
          if (chunk.origin?.offsets[row] !== offset) continue
          next[part] = row + 1
          process(input, sliceChunk(chunk, row, row + 1), emit)
        }
    },
  }
}

type Reader = {readonly subTopology: number; readonly input: number}

function readersOf(subTopologies: readonly SubTopology[]): ReadonlyMap<string, readonly Reader[]> {
  const readers = new Map<string, Reader[]>()
  for (const [subTopology, {inputs}] of subTopologies.entries())
    for (const [input, {kind, topic}] of inputs.entries())
      if (kind === 'internal') readers.set(topic, [...(readers.get(topic) ?? []), {subTopology, input}])
  return readers
}
