import {EngineError} from '../base/errors.ts'
import type {SubTopology} from './sub-topology.ts'

/**
 * Partitions of every internal topic of a plan, and the number of tasks of each sub-topology: one per partition of its
 * inputs, which must agree. Internal topics follow the sources that they meet; where they meet none, the largest
 * number of partitions upstream. `partitionsOf` tells those of a source's topic.
 * Throws EngineError `SQL_INVALID` when two sources of one sub-topology have different numbers.
 */
export function partitionPlan(subTopologies: readonly SubTopology[], partitionsOf: (topic: string) => number): PartitionPlan {
  const internal = new Map<string, number>()
  for (const {outputs} of subTopologies)
    for (const output of outputs)
      if (output.kind === 'internal' && output.partitions !== undefined) internal.set(output.topic, output.partitions)

  const tasks = subTopologies.map(subTopology => {
    const known = subTopology.inputs.flatMap(({kind, topic}) => {
      const partitions = kind === 'source' ? partitionsOf(topic) : internal.get(topic)
      return partitions === undefined ? [] : [{topic, partitions}]
    })
    const [first] = known
    const different = known.find(each => each.partitions !== first?.partitions)
    if (first !== undefined && different !== undefined)
      throw new EngineError(
        'SQL_INVALID',
        `Can't join ${first.topic} with ${different.topic} since the number of partitions don't match: ` +
          `${first.partitions} and ${different.partitions}. Repartition one of them with PARTITIONS in its WITH clause.`,
        {subTopology: subTopology.index},
      )
    const partitions = first?.partitions ?? upstreamPartitions(subTopology, subTopologies, internal, partitionsOf)
    for (const {kind, topic} of subTopology.inputs) if (kind === 'internal') internal.set(topic, partitions)
    return partitions
  })
  return {internalTopics: internal, tasks}
}

export type PartitionPlan = {
  readonly internalTopics: ReadonlyMap<string, number>
  /** By index of the sub-topology. */
  readonly tasks: readonly number[]
}

function upstreamPartitions(
  subTopology: SubTopology,
  all: readonly SubTopology[],
  internal: ReadonlyMap<string, number>,
  partitionsOf: (topic: string) => number,
): number {
  const topics = new Set(subTopology.inputs.map(input => input.topic))
  const writers = all.filter(({outputs}) => outputs.some(output => output.kind === 'internal' && topics.has(output.topic)))
  const counts = writers.flatMap(writer =>
    writer.inputs.map(({kind, topic}) => (kind === 'source' ? partitionsOf(topic) : (internal.get(topic) ?? 1))),
  )
  return Math.max(1, ...counts)
}
