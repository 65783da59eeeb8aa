import {must} from '../base/assert.ts'
import type {Chunk} from '../chunk/chunk.ts'
import type {Emit, Operator} from '../operators/operator.ts'
import type {Turns} from '../operators/turns.ts'
import type {Step} from '../plan/step.ts'
import {inputNodes} from './nodes.ts'
import type {SubTopology, TopologyNode} from './sub-topology.ts'

/**
 * The two ways into an operator that takes both inputs at once. Between `begin` and `end` chunks are held back, at most one of each
 * side; otherwise they go through.
 */
export class Meeting {
  readonly #operator: Operator
  readonly #emit: Emit
  readonly #held: [Chunk | undefined, Chunk | undefined] = [undefined, undefined]
  #isHolding = false

  constructor(operator: Operator, emit: Emit) {
    this.#operator = operator
    this.#emit = emit
  }

  give(port: number, chunk: Chunk): void {
    if (this.#isHolding) this.#held[port === 0 ? 0 : 1] = chunk
    else this.#operator.process(port, chunk, this.#emit)
  }

  begin(): void {
    this.#isHolding = true
  }

  /** `turns` end at offsets: rows between them may have fallen away, or become several, on the way here. */
  end({first, ends}: Turns): void {
    this.#isHolding = false
    const chunks = this.#held
    const offsets = chunks.map(chunk => (chunk === undefined ? [] : must(chunk.origin, 'origin of rows that meet').offsets))
    const rows: [number, number] = [0, 0]
    const rowEnds = new Int32Array(ends.length)
    for (let turn = 0; turn < ends.length; turn++) {
      const port = ((first + turn) & 1) === 0 ? 0 : 1
      const ofPort = offsets[port]!
      let row = rows[port]
      while (row < ofPort.length && ofPort[row]! < ends[turn]!) row++
      rows[port] = row
      rowEnds[turn] = row
    }
    this.#operator.processTurns?.([chunks[0], chunks[1]], {first, ends: rowEnds}, this.#emit)
    chunks.fill(undefined)
  }
}

/** Whether a node's two sides are the two topics that its sub-topology reads, and rows keep their offsets on the way. */
export function canMeet({inputs}: SubTopology, node: TopologyNode): boolean {
  const [left, right] = inputNodes(node).map(onlyInput)
  return inputs.length === 2 && left === 0 && right === 1 && inputs[0]?.topic !== inputs[1]?.topic
}

/** The input whose rows come to a node, each of them as some rows or none, in their order; undefined: it isn't as simple. */
function onlyInput(node: TopologyNode): number | undefined {
  if (node.kind === 'source') return node.input
  if (node.kind === 'receive') return node.unpack === 'rows' ? node.input : undefined
  if (node.kind !== 'step' || !stepsOfRows.has(node.step.kind)) return undefined
  const [input] = node.inputs
  return input && onlyInput(input)
}

const stepsOfRows: ReadonlySet<Step['kind']> = new Set(['filter', 'project', 'flat-map', 'rekey'])
