import {registrationSchema, responseSchema} from '../operators/foreign-key-messages.ts'
import {COLUMNS, type Format} from '../plan/formats.ts'
import type {Sink} from '../plan/query-plan.ts'
import type {ForeignKeyJoinStep, RekeyStep, Step} from '../plan/step.ts'
import type {Schema} from '../schema/schema.ts'
import {packedSchema} from './change-packing.ts'
import {derivedResult} from './derived-result.ts'
import {inputsOf} from './steps.ts'
import {storesOf, writeOnlyStore} from './nodes.ts'
import type {SubTopology, TopologyInput, TopologyNode, TopologyOutput} from './sub-topology.ts'

/** Where a plan's result goes: a topic, or to whoever asked. */
export type ResultTarget = {readonly kind: 'sink'; readonly sink: Sink} | {readonly kind: 'result'}

/**
 * Cuts a plan at the topics that rows must pass through to meet: before a rekeyed stream or table, and around the right
 * side of a foreign-key join. A result that can be derived from an aggregate's rows gets no store. Upstream parts come first. Internal topics are called `<queryId>-<stepId>-<purpose>`.
 */
export function splitTopology(root: Step, queryId: string, target: ResultTarget): readonly SubTopology[] {
  const splitter = new Splitter(queryId)
  const draft = new Draft()
  const node = splitter.walk(root, draft)
  const output = draft.output(
    target.kind === 'sink'
      ? {kind: 'sink', gives: root.gives, sink: derivedResult(root) === undefined ? target.sink : withoutStore(target.sink)}
      : {kind: 'result', gives: root.gives, schema: root.schema, ...(root.window === undefined ? {} : {window: root.window})},
  )
  splitter.finish(draft, {kind: 'result', output, step: root, input: node})
  return splitter.finished
}

const withoutStore = ({store: _store, ...sink}: Sink): Sink => sink

/** A sub-topology in the making. */
class Draft {
  readonly inputs: TopologyInput[] = []
  readonly outputs: TopologyOutput[] = []

  input(input: TopologyInput): number {
    return this.inputs.push(input) - 1
  }

  output(output: TopologyOutput): number {
    return this.outputs.push(output) - 1
  }
}

class Splitter {
  readonly finished: SubTopology[] = []
  readonly #queryId: string

  constructor(queryId: string) {
    this.#queryId = queryId
  }

  finish(draft: Draft, root: TopologyNode): void {
    const stores = storesOf(root, draft.outputs)
    const written = writeOnlyStore(draft.outputs)
    this.finished.push({
      queryId: this.#queryId,
      index: this.finished.length,
      inputs: draft.inputs,
      outputs: draft.outputs,
      root,
      stores,
      restoredStores: stores.filter(store => store !== written),
    })
  }

  walk(step: Step, draft: Draft): TopologyNode {
    if (step.kind === 'source') {
      const {id, topic, gives, sourceName, schema, formats, window, timestamp} = step
      const input = draft.input({
        topic,
        kind: 'source',
        gives,
        sourceName,
        step: id,
        schema,
        formats,
        ...(window === undefined ? {} : {window}),
        ...(timestamp === undefined ? {} : {timestamp}),
      })
      return {kind: 'source', input, step}
    }
    if (step.kind === 'rekey' && step.needsRepartition) return this.#repartition(step, draft)
    if (step.kind === 'foreign-key-join') return this.#foreignKeyJoin(step, draft)
    return {kind: 'step', step, inputs: inputsOf(step).map(input => this.walk(input, draft))}
  }

  #repartition(step: RekeyStep, draft: Draft): TopologyNode {
    const upstream = new Draft()
    const node: TopologyNode = {kind: 'step', step, inputs: [this.walk(step.input, upstream)]}
    const link = this.#internal(step, 'repartition', step.schema, step.formats.key)
    this.finish(upstream, sending(upstream, link, node))
    return receiving(draft, link)
  }

  /** Left rows register at the partition of the right key; joined rows come back to the partition of the left key. */
  #foreignKeyJoin(step: ForeignKeyJoinStep, draft: Draft): TopologyNode {
    const registrations = this.#internal(step, 'registrations', registrationSchema(step), keyFormat(step.right))
    const responses = this.#internal(step, 'responses', responseSchema(step), keyFormat(step.left))

    const left = new Draft()
    const subscribe: TopologyNode = {kind: 'fk-subscribe', step, input: this.walk(step.left, left)}
    this.finish(left, sending(left, registrations, subscribe))

    const right = new Draft()
    const arriving = receiving(right, registrations)
    const table = this.walk(step.right, right)
    this.finish(right, sending(right, responses, {kind: 'fk-respond', step, registrations: arriving, right: table}))

    return {kind: 'fk-resolve', step, responses: receiving(draft, responses)}
  }

  #internal(step: RekeyStep | ForeignKeyJoinStep, purpose: string, schema: Schema, key: Format): Link {
    const pack = step.kind === 'rekey' && step.gives === 'table' ? 'changes' : 'rows'
    const shared = {
      topic: `${this.#queryId}-${step.id}-${purpose}`,
      kind: 'internal' as const,
      schema: pack === 'changes' ? packedSchema(schema) : schema,
      formats: {key, value: COLUMNS},
      ...(step.kind === 'rekey' && step.window !== undefined ? {window: step.window} : {}),
    }
    return {
      pack,
      schema,
      input: {...shared, gives: step.kind === 'rekey' ? step.gives : 'stream', step: step.id},
      output: {...shared, ...(step.kind === 'rekey' ? {partitions: step.partitions} : {})},
    }
  }
}

/** An internal topic, seen from both ends; `schema` is that of the rows before packing. */
type Link = {
  readonly pack: 'rows' | 'changes'
  readonly schema: Schema
  readonly input: TopologyInput
  readonly output: TopologyOutput
}

const sending = (draft: Draft, {pack, schema, output}: Link, input: TopologyNode): TopologyNode => ({
  kind: 'send',
  output: draft.output(output),
  pack,
  schema,
  input,
})

const receiving = (draft: Draft, {pack, schema, input}: Link): TopologyNode => ({
  kind: 'receive',
  input: draft.input(input),
  unpack: pack,
  schema,
})

/** The format that decides on which partition a step's keys are: the one that they came in with. */
function keyFormat(step: Step): Format {
  if (step.kind === 'source' || step.kind === 'rekey') return step.formats.key
  const [first] = inputsOf(step)
  return first === undefined ? COLUMNS : keyFormat(first)
}
