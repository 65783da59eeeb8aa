import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import type {Chunk, Rows} from '../chunk/chunk.ts'
import type {BadRow} from '../operators/operator.ts'
import type {Offset} from '../record/record.ts'
import {chunkDecoder, chunkEncoder, type ChunkDecoder, type ChunkEncoder} from '../serde/topic-codec.ts'
import type {AppendBatch, StoredBatch} from '../storage/port/log-store.ts'
import type {ChangelogEntry} from '../storage/port/task-commit.ts'
import {buildTask} from '../topology/build-task.ts'
import {createEvaluator} from '../topology/evaluator.ts'
import {inputNodes} from '../topology/nodes.ts'
import type {SubTopology, TopologyNode, TopologyOutput} from '../topology/sub-topology.ts'
import type {TaskTopology} from '../topology/task-topology.ts'
import {policyIn} from '../state/changelog-policy.ts'
import {concatSmall} from './concat-chunks.ts'
import {firstSequence} from './first-sequence.ts'
import {latestRows} from './latest-rows.ts'
import {evaluationEnv} from './evaluation.ts'
import type {Decoded, Effects, Part, TaskProgram} from './program.ts'
import type {QueryRun} from './query-run.ts'

export type ProgramOptions = {
  readonly run: QueryRun
  readonly sub: SubTopology
  readonly partition: number
  /** The topics of the sub-topology's inputs, each once. */
  readonly topics: readonly string[]
  readonly clock: Clock
}

/** A sub-topology between its codecs. */
export const topologyProgram = (options: ProgramOptions): TaskProgram => new TopologyProgram(options)

type Input = {readonly input: number; readonly step: string; readonly decode: ChunkDecoder}
type Output = {
  readonly topic: string
  readonly step: string
  readonly encode: ChunkEncoder
  /** The chunks of one commit as rows to write, each for batches of their own. */
  readonly merge: (chunks: readonly Chunk[]) => readonly Rows[]
}

class TopologyProgram implements TaskProgram {
  readonly topics: readonly string[]
  readonly ownTopics: ReadonlySet<string>
  readonly restoredStores: readonly string[]
  readonly processBoth: TaskProgram['processBoth']
  readonly #partition: number
  readonly #topology: TaskTopology
  readonly #inputs: readonly (readonly Input[])[]
  readonly #outputs: readonly Output[]
  readonly #orderedStores: readonly string[]
  #badRows: BadRow[] = []

  constructor({run, sub, partition, topics, clock}: ProgramOptions) {
    this.topics = topics
    this.ownTopics = new Set(sub.inputs.flatMap(({kind, topic}) => (kind === 'internal' ? [topic] : [])))
    this.restoredStores = sub.stores
    this.#partition = partition
    const evaluator = createEvaluator(
      evaluationEnv(run.settings, clock),
      run.settings['millrace.evaluator'] === 'interpreted' ? 'interpreted' : 'generated',
    )
    this.#topology = buildTask(sub, partition, {
      evaluator,
      report: row => this.#badRows.push(row),
      changelog: {policy: policyIn(run.settings), sequence: firstSequence(clock)},
    })
    this.#inputs = topics.map(topic =>
      sub.inputs.flatMap((input, i) =>
        input.topic === topic ? [{input: i, step: input.step, decode: chunkDecoder(input)}] : [],
      ),
    )
    this.#outputs = sub.outputs.map(output => outputOf(run, sub, output, partition))
    this.#orderedStores = windowedResultStores(sub)
    this.processBoth = this.#topology.processBoth
  }

  get stateEntries(): number {
    return this.#topology.stats().stateEntries
  }

  decode(topic: number, batch: StoredBatch, from: Offset): Decoded {
    const inputs = must(this.#inputs[topic], 'inputs of a topic')
    const badRows: BadRow[] = []
    const parts = inputs.map(({input, step, decode}) => {
      const {chunk, bad} = decode(batch, from, this.#partition)
      const at = {step, topic: must(this.topics[topic], 'topic'), partition: this.#partition}
      for (const row of bad) badRows.push({...at, ...row})
      return {input, chunk}
    })
    return {parts, badRows}
  }

  process(parts: readonly Part[]): void {
    const [first, ...more] = parts
    if (more.length > 0) this.#topology.processShared(parts)
    else if (first !== undefined) this.#topology.process(first.input, first.chunk)
  }

  take(): Effects {
    const collected = new Map<number, Chunk[]>()
    for (const {output, chunk} of this.#topology.collect()) {
      const chunks = collected.get(output)
      if (chunks) chunks.push(chunk)
      else collected.set(output, [chunk])
    }
    const outputs: AppendBatch[] = []
    let rowsOut = 0
    for (const [output, chunks] of collected) {
      const target = must(this.#outputs[output], 'output')
      for (const rows of target.merge(chunks)) {
        rowsOut += rows.count
        outputs.push(...this.#encode(target, rows))
      }
    }
    const {facts, ...effects} = this.#topology.drain()
    const written = new Set(effects.state.map(({store}) => store))
    const badRows = this.#badRows
    this.#badRows = []
    const orderedStores = this.#orderedStores.filter(store => written.has(store))
    return {...effects, orderedStores, outputs, facts, rowsOut, badRows}
  }

  get hasWork(): boolean {
    return this.#topology.pendingRows > 0
  }

  replay(changelog: readonly ChangelogEntry[]): void {
    this.#topology.replay(changelog)
  }

  endRestore(): void {
    this.#topology.endRestore()
  }

  restore(store: string, entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void {
    this.#topology.restore(store, entries)
  }

  restoreFacts(facts: Uint8Array): void {
    this.#topology.restoreFacts(facts)
  }

  #encode({topic, step, encode}: Output, rows: Rows): AppendBatch[] {
    const {batches, bad} = encode(rows)
    for (const {row, kind, reason} of bad)
      this.#badRows.push({kind, step, reason, topic, timestampMs: must(rows.timestamps[row], 'time of a row')})
    return batches.map(batch => ({topic, ...batch}))
  }
}

/** Rows without a key stay in the partition of their task: in their order, and in a cluster in its slot. */
function outputOf(run: QueryRun, sub: SubTopology, output: TopologyOutput, keyless: number): Output {
  const {topic, schema, formats, window, timestamp, keepsNullKeys, step} = targetOf(output)
  const {partitions, compression} = must(run.topics[topic], `topic ${topic} of ${run.id}`)
  const encode = chunkEncoder({
    schema,
    formats,
    partitions,
    compression,
    keyless,
    ...(window && {window}),
    ...(timestamp && {timestamp}),
    ...(keepsNullKeys && {keepsNullKeys}),
  })
  const keyTypes = schema.key.map(column => column.type)
  const isCoalesced = output.kind === 'sink' && output.gives === 'table' && comesFromAggregate(sub.root) && coalesces(run)
  return {topic, step, encode, merge: isCoalesced ? chunks => [latestRows(chunks, keyTypes)] : concatSmall}
}

/** As ksqlDB's record cache, which it is named after; 0, the default, lets every change through. */
const coalesces = ({settings}: QueryRun): boolean =>
  Number(settings[cacheProperty] ?? settings[`ksql.streams.${cacheProperty}`] ?? 0) !== 0

const cacheProperty = 'cache.max.bytes.buffering'

const comesFromAggregate = (node: TopologyNode): boolean =>
  node.kind === 'step' && node.step.kind === 'aggregate' ? true : inputNodes(node).some(comesFromAggregate)

function targetOf(
  output: TopologyOutput,
): Omit<Extract<TopologyOutput, {kind: 'sink'}>['sink'], 'sourceName' | 'partitions'> & {step: string} {
  if (output.kind === 'sink') return {...output.sink, step: 'sink'}
  if (output.kind === 'internal') return {...output, step: output.topic}
  throw new TypeError('a persistent query has no result but its sink')
}

/** Windows of a key are looked up by range, so these stores keep their order. */
const windowedResultStores = (sub: SubTopology): readonly string[] =>
  sub.outputs.flatMap(output =>
    output.kind === 'sink' && output.gives === 'table' && output.sink.window && output.sink.store !== undefined
      ? [output.sink.store]
      : [],
  )
