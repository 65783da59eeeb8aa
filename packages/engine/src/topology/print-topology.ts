import {inputNodes, ownStores} from './nodes.ts'
import type {SubTopology, TopologyNode} from './sub-topology.ts'

/** Sub-topologies as text, for EXPLAIN: one line a node, indented under what it feeds. */
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
