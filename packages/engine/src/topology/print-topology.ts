import {inputNodes, ownStores} from './nodes.ts'
import type {SubTopology, TopologyNode} from './sub-topology.ts'

/** A plan as a graph, for EXPLAIN and for drawing: topics and steps, and what flows between them. */
export type TopologyGraph = {readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[]}

export type GraphNode = {
  readonly id: string
  readonly kind: 'topic' | 'internal-topic' | 'step' | 'result'
  readonly label: string
  /** Steps only. */
  readonly subTopology?: number
  readonly stores?: readonly string[]
}

export type GraphEdge = {readonly from: string; readonly to: string}

export function describeTopology(subTopologies: readonly SubTopology[]): TopologyGraph {
  const nodes = new Map<string, GraphNode>()
  const edges: GraphEdge[] = []
  const topic = (name: string, isInternal: boolean): string => {
    const id = `topic:${name}`
    nodes.set(id, {id, kind: isInternal ? 'internal-topic' : 'topic', label: name})
    return id
  }

  function add(node: TopologyNode, subTopology: SubTopology): string {
    if (node.kind === 'receive') {
      const {topic: name} = subTopology.inputs[node.input]!
      return topic(name, true)
    }
    if (node.kind === 'send' || node.kind === 'result') {
      const output = subTopology.outputs[node.output]!
      const from = add(node.input, subTopology)
      const to =
        output.kind === 'result'
          ? 'result'
          : topic(output.kind === 'sink' ? output.sink.topic : output.topic, output.kind === 'internal')
      if (output.kind === 'result') nodes.set(to, {id: to, kind: 'result', label: 'result'})
      edges.push({from, to})
      return to
    }
    const {step} = node
    const id = node.kind === 'source' || node.kind === 'step' ? step.id : `${step.id}/${node.kind}`
    const stores = ownStores(node, subTopology.outputs)
    nodes.set(id, {id, kind: 'step', label: id, subTopology: subTopology.index, ...(stores.length === 0 ? {} : {stores})})
    if (node.kind === 'source') edges.push({from: topic(node.step.topic, false), to: id})
    for (const input of inputNodes(node)) edges.push({from: add(input, subTopology), to: id})
    return id
  }

  for (const subTopology of subTopologies) add(subTopology.root, subTopology)
  return {nodes: [...nodes.values()], edges}
}

/** As text: one line a node, indented under what it feeds. */
export function printTopology(subTopologies: readonly SubTopology[]): string {
  return subTopologies.map(each => [`Sub-topology ${each.index}`, ...lines(each.root, each, 1)].join('\n')).join('\n\n')
}

function lines(node: TopologyNode, subTopology: SubTopology, depth: number): string[] {
  const stores = ownStores(node, subTopology.outputs)
  const suffix = stores.length === 0 ? '' : ` (stores: ${stores.join(', ')})`
  const own = `${'  '.repeat(depth)}${labelOf(node, subTopology)}${suffix}`
  return [own, ...inputNodes(node).flatMap(input => lines(input, subTopology, depth + 1))]
}

function labelOf(node: TopologyNode, {inputs, outputs}: SubTopology): string {
  switch (node.kind) {
    case 'source':
      return `${node.step.id} <- topic ${node.step.topic}`
    case 'receive':
      return `<- internal topic ${inputs[node.input]!.topic}`
    case 'send':
    case 'result': {
      const output = outputs[node.output]!
      return output.kind === 'result' ? '-> result' : `-> topic ${output.kind === 'sink' ? output.sink.topic : output.topic}`
    }
    case 'step':
      return node.step.id
    default:
      return `${node.step.id} ${node.kind.slice('fk-'.length)}`
  }
}
