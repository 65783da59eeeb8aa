import {must} from '../base/assert.ts'
import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import {Aggregation} from '../operators/aggregation.ts'
import type {OperatorContext} from '../operators/context.ts'
import type {Evaluator} from '../operators/evaluator.ts'
import {filterOperator} from '../operators/filter.ts'
import type {Operator} from '../operators/operator.ts'
import {projectOperator} from '../operators/project.ts'
import type {Row} from '../schema/value.ts'
import {entryCodec} from '../state/entry-codec.ts'
import {TaskStores} from '../state/task-stores.ts'
import type {DerivedResult} from './derived-result.ts'

type Entry = {readonly key: Uint8Array; readonly value: Uint8Array}

/** A row of a result: value columns and row time. */
export type ViewedRow = {readonly key: Row; readonly value: Row; readonly timestampMs: number}

/** Computes rows of a table from those of the aggregate that it is made of. */
export class ResultView {
  readonly #aggregation: Aggregation
  readonly #codec: ReturnType<typeof entryCodec>
  readonly #steps: readonly Operator[]

  constructor({aggregate, steps}: DerivedResult, evaluator: Evaluator) {
    const context: OperatorContext = {
      ...{evaluator, stores: new TaskStores(), wantsBefore: false, options: {suppressLosesSkippedWindows: false}},
      // What failed was reported when the row was written.
      report: () => {},
    }
    this.#aggregation = new Aggregation(aggregate, context)
    this.#codec = entryCodec(this.#aggregation.layout)
    // Rows as they stand are a stream: there is no change to follow.
    this.#steps = steps.map(step =>
      step.kind === 'filter' ? filterOperator({...step, gives: 'stream'}, context) : projectOperator(step, context),
    )
  }

  /** For each entry the row, or null where HAVING leaves none. */
  read(entries: readonly Entry[]): readonly (ViewedRow | null)[] {
    if (entries.length === 0) return []
    let chunk: Chunk | undefined = this.#resultsOf(entries)
    for (const step of this.#steps) {
      const input: Chunk | undefined = chunk
      chunk = undefined
      if (input) step.process(0, input, given => (chunk = given))
    }
    const rows = entries.map((): ViewedRow | null => null)
    if (chunk !== undefined) putRows(rows, chunk, this.#aggregation.keyCount)
    return rows
  }

  #resultsOf(entries: readonly Entry[]): Chunk {
    const {carriedCount, aggregators, keyCount} = this.#aggregation
    const keys = entries.map(({key}) => this.#codec.decodeKey(key))
    const values = entries.map(({value}) => this.#codec.decodeValue(value))
    const valueAt = (row: Row, i: number) => row[i] ?? null
    return {
      count: entries.length,
      columns: [
        ...Array.from({length: keyCount}, (_, i) => vectorOf(keys.map(row => valueAt(row, i)))),
        ...Array.from({length: carriedCount}, (_, i) => vectorOf(values.map(row => valueAt(row, i)))),
        ...aggregators.map((each, i) => vectorOf(values.map(row => each.result(valueAt(row, carriedCount + i))))),
      ],
      timestamps: values.map(row => Number(row.at(-1))),
      // So that rows are known after a filter.
      origin: {topic: '', partition: 0, offsets: entries.map((_, i) => i)},
    }
  }
}

function putRows(rows: (ViewedRow | null)[], chunk: Chunk, keyCount: number): void {
  const places = must(chunk.origin, 'origin of viewed rows').offsets
  const columns = chunk.columns.map(column => column.values)
  for (let row = 0; row < chunk.count; row++) {
    const cells = columns.map(column => column[row] ?? null)
    rows[places[row]!] = {key: cells.slice(0, keyCount), value: cells.slice(keyCount), timestampMs: chunk.timestamps[row]!}
  }
}
