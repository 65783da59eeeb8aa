import type {Formats, WindowedKey} from '../plan/formats.ts'
import type {Sink} from '../plan/query-plan.ts'
import type {ForeignKeyJoinStep, SourceStep, Step, TimestampExtraction} from '../plan/step.ts'
import type {Schema} from '../schema/schema.ts'

/**
 * A part of a plan between topics: plain data, derived from the plan alone, the same on every process. A *task* runs one
 * sub-topology on one partition. `index` is the `subTopology` of a `TaskId`; sub-topologies are listed upstream first.
 */
export type SubTopology = {
  readonly queryId: string
  readonly index: number
  readonly inputs: readonly TopologyInput[]
  readonly outputs: readonly TopologyOutput[]
  readonly root: TopologyNode
  /** Names of the state stores of each task, in a stable order. */
  readonly stores: readonly string[]
  /** Those of them that a task must be given back: a result that nothing reads but pull queries is only written. */
  readonly restoredStores: readonly string[]
}

/**
 * A topic that a task reads, and how its records become rows: `schema` is that of the chunks given to `process`.
 * One topic may be several inputs (a self join, two sources over one topic): see `TaskTopology.processShared`.
 */
export type TopologyInput = {
  readonly topic: string
  /** `source`: a declared source's topic. `internal`: made by the query, always in the columns encoding. */
  readonly kind: 'source' | 'internal'
  readonly gives: 'stream' | 'table'
  readonly sourceName?: string
  /** The source step's id; for internal topics the step that they are named after. Bad rows are reported under it. */
  readonly step: string
  readonly schema: Schema
  readonly formats: Formats
  readonly window?: WindowedKey
  readonly timestamp?: TimestampExtraction
}

/**
 * Where a task's rows go. Chunks for an internal topic are rows of `schema`, placed by their key columns (a null key is
 * placed as any record without key); sinks get rows of `sink.schema`, a 1 in `nullValues` being a tombstone.
 */
export type TopologyOutput =
  | {
      readonly kind: 'internal'
      readonly topic: string
      readonly schema: Schema
      readonly formats: Formats
      readonly window?: WindowedKey
      /** Partitions that the topic must have; absent: as `copartition.ts` works out. */
      readonly partitions?: number
    }
  | {readonly kind: 'sink'; readonly gives: 'stream' | 'table'; readonly sink: Sink}
  /** A push query's result. */
  | {readonly kind: 'result'; readonly gives: 'stream' | 'table'; readonly schema: Schema; readonly window?: WindowedKey}

/** What runs inside a sub-topology: steps of the plan, and the parts of steps that were taken apart at topics. */
export type TopologyNode =
  | {readonly kind: 'source'; readonly input: number; readonly step: SourceStep}
  /** Rows of an internal topic as they were sent; `changes` unpacks rows that carry old and new values. */
  | {readonly kind: 'receive'; readonly input: number; readonly unpack: 'rows' | 'changes'; readonly schema: Schema}
  | {readonly kind: 'step'; readonly step: Step; readonly inputs: readonly TopologyNode[]}
  | {
      readonly kind: 'send'
      readonly output: number
      readonly pack: 'rows' | 'changes'
      readonly schema: Schema
      readonly input: TopologyNode
    }
  | {readonly kind: 'result'; readonly output: number; readonly step: Step; readonly input: TopologyNode}
  /** The left table's side of a foreign-key join: makes registrations for the right key's partition. */
  | {readonly kind: 'fk-subscribe'; readonly step: ForeignKeyJoinStep; readonly input: TopologyNode}
  /** The right table's side: keeps registrations, joins, and responds to the left key's partition. */
  | {
      readonly kind: 'fk-respond'
      readonly step: ForeignKeyJoinStep
      readonly registrations: TopologyNode
      readonly right: TopologyNode
    }
  /** Back at the left key's partition: drops responses that a newer one has overtaken. */
  | {readonly kind: 'fk-resolve'; readonly step: ForeignKeyJoinStep; readonly responses: TopologyNode}
