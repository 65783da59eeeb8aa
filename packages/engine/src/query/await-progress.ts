import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import type {Offset} from '../record/record.ts'
import type {QueryRun} from '../runtime/query-run.ts'
import {partsOf, type RunPart} from '../runtime/run-parts.ts'
import type {Storage} from '../storage/port/storage.ts'

type Link = {readonly run: QueryRun; readonly part: RunPart}

/** Parts of all runs, upstream first: a query can only read what was there when it was created. */
export const linksOf = (runs: readonly QueryRun[]): readonly Link[] =>
  runs.flatMap(run => partsOf(run).map(part => ({run, part})))

/** Of `links`, those that lead to the topics or queries named. */
export function linksBefore(links: readonly Link[], topics: Iterable<string>, queryId?: string): readonly Link[] {
  const needed = new Set(topics)
  const found: Link[] = []
  for (const link of [...links].reverse()) {
    if (link.run.id !== queryId && !link.part.outputs.some(output => needed.has(output))) continue
    for (const topic of link.part.topics) needed.add(topic)
    found.unshift(link)
  }
  return found
}

export type WaitOptions = {
  readonly storage: Storage
  readonly clock: Clock
  readonly waitMsMax: number
  readonly signal?: AbortSignal
}

/**
 * Resolves when the tasks of `links` have committed everything up to `ends` (next offsets by topic and partition), and what
 * followed from it along the links. Fails with TIMEOUT.
 */
export async function awaitProgress(
  links: readonly Link[],
  ends: ReadonlyMap<string, readonly Offset[]>,
  options: WaitOptions,
): Promise<void> {
  const {storage, clock, waitMsMax} = options
  const wanted = new Map(ends)
  const deadlineMs = clock.nowMs() + waitMsMax
  for (const {run, part} of links) {
    if (!part.topics.some(topic => wanted.has(topic))) continue
    await Promise.all(
      Array.from({length: part.partitions}, (_, partition) => awaitTask(run, part, partition, wanted, deadlineMs, options)),
    )
    for (const topic of part.outputs) wanted.set(topic, await endsOf(storage, topic))
  }
}

/** Next offsets of all partitions of a topic; none when it is gone. */
export async function endsOf(storage: Storage, topic: string): Promise<readonly Offset[]> {
  const record = await storage.log.topic(topic)
  const partitions = Array.from({length: record?.partitions ?? 0}, (_, partition) => ({topic, partition}))
  return (await storage.log.bounds(partitions)).map(({end}) => end)
}

async function awaitTask(
  run: QueryRun,
  part: RunPart,
  partition: number,
  wanted: ReadonlyMap<string, readonly Offset[]>,
  deadlineMs: number,
  {storage, clock, signal}: WaitOptions,
): Promise<void> {
  const {subTopology, placement} = part
  const task = {query: run.id, subTopology, partition, placement}
  const goals = part.topics.map(topic => ({topic, end: wanted.get(topic)?.[partition] ?? 0})).filter(({end}) => end > 0)
  for (let pauseMs = 1; goals.length > 0; pauseMs = Math.min(pauseMs * 2, 50)) {
    const image = await storage.state.peek(task)
    const done = new Map(image?.consumed.map(({topic, next}) => [topic, next]))
    const position = (topic: string): Offset => done.get(topic) ?? run.start?.[topic]?.[partition] ?? 0
    if (goals.every(({topic, end}) => position(topic) >= end)) return
    if (signal?.aborted) throw new EngineError('CLOSED', 'the caller has gone')
    if (clock.nowMs() >= deadlineMs) {
      const behind = goals.map(({topic, end}) => `${topic}/${partition} at ${position(topic)} of ${end}`).join(', ')
      throw new EngineError('TIMEOUT', `query ${run.id} has not come that far yet: ${behind}`)
    }
    await clock.sleep(pauseMs, signal)
  }
}
