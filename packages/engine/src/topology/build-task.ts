import {assert, assertNever} from '../base/assert.ts'
import type {Chunk} from '../chunk/chunk.ts'
import {aggregateOperator} from '../operators/aggregate.ts'
import type {OperatorContext, OperatorOptions} from '../operators/context.ts'
import type {Evaluator} from '../operators/evaluator.ts'
import {distinctOperator} from '../operators/distinct.ts'
import {filterOperator} from '../operators/filter.ts'
import {flatMapOperator} from '../operators/flat-map.ts'
import {foreignKeyResolver} from '../operators/foreign-key-resolve.ts'
import {foreignKeyResponder} from '../operators/foreign-key-respond.ts'
import {foreignKeySubscriber} from '../operators/foreign-key-subscribe.ts'
import type {Emit, Operator, ReportBadRow} from '../operators/operator.ts'
import {projectOperator} from '../operators/project.ts'
import {rekeyOperator} from '../operators/rekey.ts'
import {resultStoreOperator} from '../operators/result-store.ts'
import {sessionAggregateOperator} from '../operators/session-aggregate.ts'
import {streamStreamJoinOperator} from '../operators/stream-stream-join.ts'
import {streamTableJoinOperator} from '../operators/stream-table-join.ts'
import {suppressOperator} from '../operators/suppress.ts'
import {tableSourceOperator} from '../operators/table-source.ts'
import {tableTableJoinOperator} from '../operators/table-table-join.ts'
import {unionOperator} from '../operators/union.ts'
import {windowAggregateOperator} from '../operators/window-aggregate.ts'
import type {AggregateStep, Step} from '../plan/step.ts'
import type {ChangelogPolicy} from '../state/changelog-policy.ts'
import {TaskStores} from '../state/task-stores.ts'
import {packChanges, unpackChanges} from './change-packing.ts'
import {canMeet, Meeting} from './meeting.ts'
import {inputNodes, resultStore} from './nodes.ts'
import {RunningTask} from './running-task.ts'
import type {SubTopology, TopologyNode} from './sub-topology.ts'
import type {TaskOutput, TaskTopology} from './task-topology.ts'

/** What tasks are built with. */
export type TopologyEnv = {
  readonly evaluator: Evaluator
  readonly report: ReportBadRow
  readonly options?: Partial<OperatorOptions>
  /** See `TaskStores`; the default is for tasks that are never committed, or only in memory. */
  readonly changelog?: {readonly policy: ChangelogPolicy; readonly sequence: number}
}

const DEFAULT_OPTIONS: OperatorOptions = {suppressLosesSkippedWindows: true}

/** One sub-topology on one partition, with empty state. */
export function buildTask(subTopology: SubTopology, partition: number, env: TopologyEnv): TaskTopology {
  const stores = new TaskStores(env.changelog?.policy, env.changelog?.sequence)
  const collected: TaskOutput[] = []
  const inputs: Emit[] = []
  const builder = new Builder(subTopology, stores, env, (output, chunk) => collected.push({output, chunk}), inputs)
  builder.connect(subTopology.root, false, true, () => {})
  assert(inputs.length === subTopology.inputs.length, 'every input feeds a node')
  return new RunningTask({subTopology, partition, inputs, stores, collected, flushes: builder.flushes, meeting: builder.meeting})
}

/** Connects nodes from the result backwards: each is given where its rows go, and whether `before` is read there. */
class Builder {
  readonly #subTopology: SubTopology
  readonly #stores: TaskStores
  readonly #env: TopologyEnv
  readonly #output: (output: number, chunk: Chunk) => void
  readonly #inputs: Emit[]
  /** Of operators that keep rows back: see `OperatorContext.defer`. */
  readonly flushes: (() => void)[] = []
  /** Where both inputs can be taken at once. */
  meeting: Meeting | undefined

  constructor(
    subTopology: SubTopology,
    stores: TaskStores,
    env: TopologyEnv,
    output: (output: number, chunk: Chunk) => void,
    inputs: Emit[],
  ) {
    this.#subTopology = subTopology
    this.#stores = stores
    this.#env = env
    this.#output = output
    this.#inputs = inputs
  }

  /** `isOnlyWay`: nothing else comes to where the node's rows go, all the way to the results. */
  connect(node: TopologyNode, wantsBefore: boolean, isOnlyWay: boolean, emit: Emit): void {
    const context = this.#context(wantsBefore, isOnlyWay)
    switch (node.kind) {
      case 'source': {
        const operator = node.step.gives === 'table' ? tableSourceOperator(node.step, context) : undefined
        this.#inputs[node.input] = operator === undefined ? emit : chunk => operator.process(0, chunk, emit)
        return
      }
      case 'receive':
        this.#inputs[node.input] = node.unpack === 'changes' ? chunk => emit(unpackChanges(chunk, node.schema)) : emit
        return
      case 'send': {
        const {output, pack, schema} = node
        const send: Emit = chunk => this.#output(output, pack === 'changes' ? packChanges(chunk, schema) : chunk)
        return this.connect(node.input, pack === 'changes', isOnlyWay, send)
      }
      case 'result': {
        const result: Emit = chunk => this.#output(node.output, chunk)
        const store = resultStore(this.#subTopology.outputs[node.output])
        if (store === undefined) return this.connect(node.input, false, isOnlyWay, result)
        const keep = resultStoreOperator(node.step, store, context)
        return this.connect(node.input, false, isOnlyWay, chunk => keep.process(0, chunk, result))
      }
      case 'fk-subscribe':
        return this.#feed(node, foreignKeySubscriber(node.step, context), false, isOnlyWay, emit)
      case 'fk-respond':
        return this.#feed(node, foreignKeyResponder(node.step, context), false, isOnlyWay, emit)
      case 'fk-resolve':
        return this.#feed(node, foreignKeyResolver(node.step, context), false, isOnlyWay, emit)
      case 'step':
        return this.#feed(node, operatorOf(node.step, context), readsBefore(node.step, wantsBefore), isOnlyWay, emit)
      default:
        assertNever(node, 'topology node')
    }
  }

  #feed(node: TopologyNode, operator: Operator, readsOld: boolean, isOnlyWay: boolean, emit: Emit): void {
    const inputs = inputNodes(node)
    const meeting = operator.processTurns && canMeet(this.#subTopology, node) ? new Meeting(operator, emit) : undefined
    this.meeting ??= meeting
    for (const [port, input] of inputs.entries())
      this.connect(input, readsOld, isOnlyWay && inputs.length === 1, chunk =>
        meeting === undefined ? operator.process(port, chunk, emit) : meeting.give(port, chunk),
      )
  }

  #context(wantsBefore: boolean, isOnlyWay: boolean): OperatorContext {
    const {evaluator, report, options} = this.#env
    return {
      ...{evaluator, report, stores: this.#stores, wantsBefore, options: {...DEFAULT_OPTIONS, ...options}},
      ...(isOnlyWay && {defer: (flush: () => void) => void this.flushes.push(flush)}),
    }
  }
}

/** Whether a step needs `before` on the changes it is given. Joins of tables keep both sides themselves. */
function readsBefore(step: Step, wantsBefore: boolean): boolean {
  switch (step.kind) {
    case 'filter':
      return step.gives === 'table'
    case 'project':
      return wantsBefore
    case 'distinct':
      return true
    case 'rekey':
    case 'aggregate':
      return step.input.gives === 'table'
    default:
      return false
  }
}

function operatorOf(step: Step, context: OperatorContext): Operator {
  switch (step.kind) {
    case 'filter':
      return filterOperator(step, context)
    case 'project':
      return projectOperator(step, context)
    case 'flat-map':
      return flatMapOperator(step, context)
    case 'rekey':
      return rekeyOperator(step, context)
    case 'aggregate':
      return aggregateOf(step, context)
    case 'suppress':
      return suppressOperator(step, context)
    case 'distinct':
      return distinctOperator()
    case 'union':
      return unionOperator()
    case 'stream-stream-join':
      return streamStreamJoinOperator(step, context)
    case 'stream-table-join':
      return streamTableJoinOperator(step, context)
    case 'table-table-join':
      return tableTableJoinOperator(step, context)
    case 'source':
    case 'foreign-key-join':
      throw new TypeError(`step ${step.id}: the topology is split before it is built`)
    default:
      return assertNever(step, 'step')
  }
}

function aggregateOf(step: AggregateStep, context: OperatorContext): Operator {
  const {over} = step
  if (over === undefined) return aggregateOperator(step, context)
  return over.kind === 'session' ? sessionAggregateOperator(step, over, context) : windowAggregateOperator(step, over, context)
}
