import {assertNever, must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import type {QueryRecord} from '../catalog/command.ts'
import type {TopicEncoding} from '../engine-api.ts'
import {newTopic, topicConfig} from '../log/topic.ts'
import type {Formats} from '../plan/formats.ts'
import type {PersistentPlan} from '../plan/query-plan.ts'
import type {RunTopic} from '../runtime/query-run.ts'
import {partitionPlan} from '../topology/copartition.ts'
import {splitTopology} from '../topology/split.ts'
import type {SubTopology, TopologyOutput} from '../topology/sub-topology.ts'
import type {LogStore, TopicRecord} from '../storage/port/log-store.ts'

export const encodingOf = (formats: Formats): TopicEncoding => (formats.value.name === 'COLUMNS' ? 'columns' : 'bytes')

/** Names of the topics that a query made for itself between its parts. */
export const internalTopicsOf = (plan: PersistentPlan): readonly string[] =>
  split(plan).flatMap(sub => sub.outputs.flatMap(output => (output.kind === 'internal' ? [output.topic] : [])))

/**
 * Creates the topics that a query writes and that do not exist: its internal ones, and its sink with `sinkSettings`. All of
 * them keep to the placement of the query's first source, so that equal partition numbers stand together.
 */
export async function createQueryTopics(
  log: LogStore,
  plan: PersistentPlan,
  sinkSettings: QueryRecord['sinkSettings'],
  nowMs: number,
): Promise<Readonly<Record<string, RunTopic>>> {
  const known = new Map<string, TopicRecord>((await log.topics()).map(topic => [topic.name, topic]))
  const parts = split(plan)
  const first = must(parts[0]?.inputs[0], 'first input of a query')
  const {placement} = existing(known, first.topic)
  const {internalTopics} = partitionPlan(parts, topic => existing(known, topic).partitions)
  for (const output of parts.flatMap(part => part.outputs)) {
    const topic = topicOf(output, internalTopics, {placement, sinkSettings, nowMs})
    if (topic === undefined || known.has(topic.name)) continue
    await log.createTopic(topic)
    known.set(topic.name, must(await log.topic(topic.name), `topic ${topic.name}`))
  }
  const names = parts.flatMap(part => [...part.inputs.map(input => input.topic), ...part.outputs.flatMap(nameOf)])
  return runTopics(names.map(name => existing(known, name)))
}

export const runTopics = (topics: readonly TopicRecord[]): Readonly<Record<string, RunTopic>> =>
  Object.fromEntries(
    topics.map(topic => {
      const {compression, onCorruptBatch} = topicConfig(topic)
      return [topic.name, {partitions: topic.partitions, placement: topic.placement, compression, onCorruptBatch}]
    }),
  )

const split = (plan: PersistentPlan): readonly SubTopology[] =>
  splitTopology(plan.root, plan.queryId, {kind: 'sink', sink: plan.sink})

const nameOf = (output: TopologyOutput): readonly string[] =>
  output.kind === 'internal' ? [output.topic] : output.kind === 'sink' ? [output.sink.topic] : []

type Defaults = {readonly placement: string; readonly sinkSettings: QueryRecord['sinkSettings']; readonly nowMs: number}

function topicOf(
  output: TopologyOutput,
  internal: ReadonlyMap<string, number>,
  {placement, sinkSettings, nowMs}: Defaults,
): TopicRecord | undefined {
  switch (output.kind) {
    case 'result':
      return undefined
    case 'internal':
      return newTopic({
        name: output.topic,
        partitions: must(internal.get(output.topic), `partitions of ${output.topic}`),
        placement,
        isInternal: true,
        createdAtMs: nowMs,
        encoding: 'columns',
        settings: {retentionMs: null},
      })
    case 'sink': {
      const {topic, partitions, formats} = output.sink
      return newTopic({
        name: topic,
        partitions,
        placement,
        createdAtMs: nowMs,
        encoding: encodingOf(formats),
        settings: sinkSettings,
      })
    }
    default:
      return assertNever(output, 'topology output')
  }
}

function existing(known: ReadonlyMap<string, TopicRecord>, name: string): TopicRecord {
  const topic = known.get(name)
  if (topic === undefined) throw new EngineError('TOPIC_NOT_FOUND', `topic ${name} does not exist`)
  return topic
}
