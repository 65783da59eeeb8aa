import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import {rowCodec} from '../batch/row-codec.ts'
import type {Sink} from '../plan/query-plan.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {ReadRows} from '../state/index-writer.ts'
import {storedTypes} from '../state/layout.ts'
import {derivedResult} from '../topology/derived-result.ts'
import {createEvaluator} from '../topology/evaluator.ts'
import {ResultView} from '../topology/result-view.ts'
import {evaluationEnv} from './evaluation.ts'
import {splitTopology} from '../topology/split.ts'
import type {SubTopology} from '../topology/sub-topology.ts'
import {guardDamage} from './damage-guard.ts'
import {indexedProgram, type IndexedTable} from './indexed-program.ts'
import type {TaskProgram} from './program.ts'
import type {QueryRun, TaskPlace} from './query-run.ts'
import {storedColumns, tableProgram, tableStore} from './table-program.ts'
import {topologyProgram} from './topology-program.ts'

/** A sub-topology of a run: as many tasks as its inputs have partitions. */
export type RunPart = {
  readonly subTopology: number
  readonly partitions: number
  /** Of its first input; state and offsets of its tasks live there. */
  readonly placement: string
  /** Topics that it reads, each once, and that it writes. */
  readonly topics: readonly string[]
  readonly outputs: readonly string[]
  /** Names of its tasks' stores. */
  readonly stores: readonly string[]
  readonly open: (partition: number, clock: Clock) => TaskProgram
}

/** The parts of a run, upstream first: the same on every thread and in every process. */
export function partsOf(run: QueryRun): readonly RunPart[] {
  const {what} = run
  if (what.kind === 'table') {
    const {topic} = what.source
    return [
      {
        ...ofTopic(run, topic),
        subTopology: 0,
        topics: [topic],
        outputs: [],
        stores: [tableStore],
        open: (partition, clock) =>
          withIndexes(guardDamage(tableProgram(what.source, partition, clock), run, partition), run, {
            store: tableStore,
            schema: what.source.schema,
            read: readStored(storedColumns(what.source)),
          }),
      },
    ]
  }
  return splitTopology(what.plan.root, run.id, {kind: 'sink', sink: what.plan.sink}).map(sub => partOf(run, sub))
}

/** Every task of a run. */
export const placesOf = (run: QueryRun): readonly TaskPlace[] =>
  partsOf(run).flatMap(({subTopology, partitions}) =>
    Array.from({length: partitions}, (_, partition) => ({subTopology, partition})),
  )

function partOf(run: QueryRun, sub: SubTopology): RunPart {
  const topics = [...new Set(sub.inputs.map(input => input.topic))]
  return {
    ...ofTopic(run, must(topics[0], 'input of a sub-topology')),
    subTopology: sub.index,
    topics,
    outputs: sub.outputs.flatMap(output =>
      output.kind === 'internal' ? [output.topic] : output.kind === 'sink' ? [output.sink.topic] : [],
    ),
    stores: sub.stores,
    open: (partition, clock) => {
      const program = guardDamage(topologyProgram({run, sub, partition, topics, clock}), run, partition)
      const sink = sub.outputs.flatMap(output => (output.kind === 'sink' ? [output.sink] : []))[0]
      return sink === undefined || run.indexes === undefined ? program : withIndexes(program, run, resultTable(sink, run, clock))
    },
  }
}

function resultTable({schema, store}: Sink, {what, settings}: QueryRun, clock: Clock): Omit<IndexedTable, 'indexes'> {
  if (store !== undefined) return {store, schema, read: readStored(schema.value.map(({type}) => type))}
  const derived = must(what.kind === 'table' ? undefined : derivedResult(what.plan.root), 'store of an indexed table')
  const view = new ResultView(derived, createEvaluator(evaluationEnv(settings, clock), 'generated'))
  return {store: derived.aggregate.store, schema, read: entries => view.read(entries).map(row => row?.value ?? null)}
}

/** `types`: of what stands in a row, the value columns first. */
function readStored(types: readonly SqlType[]): ReadRows {
  const values = rowCodec(storedTypes(types), 'STATE_CORRUPT')
  return entries => entries.map(({value}) => values.decode(value))
}

const withIndexes = (program: TaskProgram, {indexes}: QueryRun, table: Omit<IndexedTable, 'indexes'>): TaskProgram =>
  indexes === undefined ? program : indexedProgram(program, {...table, indexes})

function ofTopic(run: QueryRun, name: string): {readonly partitions: number; readonly placement: string} {
  const {partitions, placement} = must(run.topics[name], `topic ${name} of ${run.id}`)
  return {partitions, placement}
}
