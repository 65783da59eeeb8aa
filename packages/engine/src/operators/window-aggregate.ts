import type {Chunk} from '../chunk/chunk.ts'
import type {AggregateStep, WindowSpec} from '../plan/step.ts'
import {cut} from './chunks.ts'
import type {MapKey} from '../state/map-key.ts'
import {WindowStore} from '../state/window-store.ts'
import {Aggregation, type Taken} from './aggregation.ts'
import type {OperatorContext} from './context.ts'
import {badRow, rowErrors} from './evaluator.ts'
import type {Operator} from './operator.ts'

type TimeWindows = Extract<WindowSpec, {kind: 'tumbling' | 'hopping'}>

/**
 * Tumbling and hopping windows: each row changes every window that holds its time and is still open, oldest first.
 * A window is closed when its end ≤ stream time − grace; stream time is the highest record time over all keys.
 */
export function windowAggregateOperator(step: AggregateStep, over: TimeWindows, context: OperatorContext): Operator {
  const aggregation = new Aggregation(step, context)
  const store = context.stores.add(new WindowStore(step.store, aggregation.layout, 'start'))
  const assigner = new WindowAssigner(step, over, context, aggregation, store)
  return {
    process(_port, chunk, emit) {
      for (const part of cut(chunk, assigner.rowsMax)) {
        const taken = assigner.assign(part)
        if (taken.count === 0) continue
        const {starts, ends} = taken
        const changes = aggregation.foldRows(part, rowErrors(context.report, step.id, part), store.table, taken)
        emit({...changes, windows: {starts, ends}})
      }
      assigner.expire()
    },
  }
}

class WindowAssigner {
  readonly #step: AggregateStep
  readonly #context: OperatorContext
  readonly #aggregation: Aggregation
  readonly #store: WindowStore
  readonly #over: TimeWindows
  readonly #advanceMs: number
  readonly #streamTime: {value: number}
  readonly #late: {value: number}

  constructor(step: AggregateStep, over: TimeWindows, context: OperatorContext, aggregation: Aggregation, store: WindowStore) {
    this.#step = step
    this.#context = context
    this.#aggregation = aggregation
    this.#store = store
    this.#over = over
    this.#advanceMs = over.kind === 'hopping' ? over.advanceMs : over.sizeMs
    this.#streamTime = context.stores.facts.cell(`${step.id}/streamTime`, -Infinity)
    this.#late = context.stores.facts.cell(`${step.id}/late`, 0)
  }

  /** Rows to assign at once, so that many windows a row do not make huge chunks. */
  get rowsMax(): number {
    return Math.max(1, Math.floor(CHANGES_MAX / Math.ceil(this.#over.sizeMs / this.#advanceMs)))
  }

  assign(chunk: Chunk): Taken & {readonly starts: Float64Array; readonly ends: Float64Array} {
    const {sizeMs, graceMs} = this.#over
    const advanceMs = this.#advanceMs
    const store = this.#store
    const {table} = store
    const capacity = chunk.count * Math.ceil(sizeMs / advanceMs)
    const slots = new Int32Array(capacity)
    const rows = new Int32Array(capacity)
    const isNew = new Uint8Array(capacity)
    const starts = new Float64Array(capacity)
    const keys = chunk.columns.slice(0, this.#aggregation.keyCount).map(column => column.values)
    const mapKeys = store.mapKeys(keys, chunk.count)
    let streamTime = this.#streamTime.value
    let lastStart = Number.NaN
    let bucket: Map<MapKey, number> | undefined
    let count = 0
    for (let row = 0; row < chunk.count; row++) {
      if (this.#aggregation.isOutside(chunk, keys, row)) continue
      const time = chunk.timestamps[row]!
      if (time > streamTime) streamTime = time
      const closed = streamTime - graceMs
      const countBefore = count
      for (let start = firstStart(time, sizeMs, advanceMs); start <= time; start += advanceMs) {
        if (start + sizeMs <= closed) continue
        if (start !== lastStart || bucket === undefined) {
          bucket = store.bucket(start)
          lastStart = start
        }
        const key = mapKeys[row]!
        let slot = bucket.get(key) ?? -1
        if (slot < 0) {
          slot = store.add(bucket, key, keys, row, start, start + sizeMs)
          this.#aggregation.start(table, slot, time)
          isNew[count] = 1
        } else table.touch(slot)
        slots[count] = slot
        starts[count] = start
        rows[count++] = row
      }
      if (count === countBefore) this.#reportLate(chunk, row, closed)
    }
    this.#streamTime.value = streamTime
    const isIdentity = count === chunk.count && advanceMs === sizeMs
    return {count, slots, rows, isNew, isIdentity, starts: starts.subarray(0, count), ends: endsOf(starts, count, sizeMs)}
  }

  #reportLate(chunk: Chunk, row: number, closed: number): void {
    this.#late.value++
    const reason = `all its windows are closed: time ${chunk.timestamps[row]}, windows are closed up to ${closed}`
    this.#context.report(badRow('late', this.#step.id, reason, chunk, row))
  }

  /** No row reaches a closed window again. */
  expire(): void {
    const closed = this.#streamTime.value - this.#over.graceMs
    if (Number.isFinite(closed)) this.#store.expireBefore(closed - this.#over.sizeMs + 1)
  }
}

const CHANGES_MAX = 65_536

/** Start of the oldest window that holds a time: windows are aligned to the epoch and do not start before it. */
function firstStart(time: number, sizeMs: number, advanceMs: number): number {
  const earliest = Math.max(0, time - sizeMs + advanceMs)
  return earliest - (earliest % advanceMs)
}

function endsOf(starts: Float64Array, count: number, sizeMs: number): Float64Array {
  const ends = new Float64Array(count)
  for (let i = 0; i < count; i++) ends[i] = starts[i]! + sizeMs
  return ends
}
