import {registrationStoreName} from '../operators/foreign-key-respond.ts'
import {resolverStoreName} from '../operators/foreign-key-resolve.ts'
import type {Step} from '../plan/step.ts'
import type {TopologyNode, TopologyOutput} from './sub-topology.ts'

/** Nodes that feed a node. */
export function inputNodes(node: TopologyNode): readonly TopologyNode[] {
  switch (node.kind) {
    case 'source':
    case 'receive':
      return []
    case 'step':
      return node.inputs
    case 'fk-respond':
      return [node.registrations, node.right]
    case 'fk-resolve':
      return [node.responses]
    case 'fk-subscribe':
    case 'send':
    case 'result':
      return [node.input]
  }
}

/** Names of the stores of a node and of all that feeds it. */
export function storesOf(node: TopologyNode, outputs: readonly TopologyOutput[]): readonly string[] {
  return [...inputNodes(node).flatMap(input => storesOf(input, outputs)), ...ownStores(node, outputs)]
}

/** Names of a node's own stores. */
export function ownStores(node: TopologyNode, outputs: readonly TopologyOutput[]): readonly string[] {
  switch (node.kind) {
    case 'source':
      return node.step.store === undefined ? [] : [node.step.store]
    case 'step':
      return stepStores(node.step)
    case 'fk-subscribe':
      return [node.step.leftStore]
    case 'fk-respond':
      return [registrationStoreName(node.step), node.step.rightStore]
    case 'fk-resolve':
      return [resolverStoreName(node.step)]
    case 'result': {
      const store = resultStore(outputs[node.output])
      return store === undefined ? [] : [store]
    }
    default:
      return []
  }
}

/** The store of a result that is not needed to go on: without windows nothing expires, and rows are written blindly. */
export function writeOnlyStore(outputs: readonly TopologyOutput[]): string | undefined {
  const sink = outputs.find(output => output.kind === 'sink' && output.sink.window === undefined)
  return resultStore(sink)
}

export const resultStore = (output: TopologyOutput | undefined): string | undefined =>
  output?.kind === 'sink' && output.gives === 'table' ? output.sink.store : undefined

function stepStores(step: Step): readonly string[] {
  if (step.kind === 'aggregate' || step.kind === 'suppress') return [step.store]
  if (step.kind === 'stream-table-join') return [step.rightStore]
  if (step.kind === 'stream-stream-join' || step.kind === 'table-table-join') return [step.leftStore, step.rightStore]
  return []
}
