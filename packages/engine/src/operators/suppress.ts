import type {Chunk} from '../chunk/chunk.ts'
import type {Step, SuppressStep, WindowSpec} from '../plan/step.ts'
import type {Row} from '../schema/value.ts'
import {compareRows} from '../state/compare.ts'
import {WindowStore} from '../state/window-store.ts'
import {ChunkBuilder, rowAt} from './chunk-builder.ts'
import {nothingBefore} from './chunks.ts'
import {layoutOf, type OperatorContext} from './context.ts'
import type {Operator} from './operator.ts'

/**
 * EMIT FINAL: keeps the last row of each window and gives it once stream time has closed the window: time windows with
 * start ≤ close − size, sessions with end ≤ close − 1, where close = stream time − grace; in order of start (sessions: end)
 * and key. Rows carry the highest record time of their window, so the newest of them tells the stream time.
 */
export function suppressOperator(step: SuppressStep, context: OperatorContext): Operator {
  const {window} = step
  if (window === undefined) throw new TypeError(`step ${step.id}: EMIT FINAL needs windows`)
  const keyCount = step.schema.key.length
  const store = context.stores.add(new WindowStore(step.store, layoutOf(step), window.kind === 'session' ? 'end' : 'start'))
  const streamTime = context.stores.facts.cell(`${step.id}/streamTime`, -Infinity)
  const newestStart = context.stores.facts.cell(`${step.id}/newestStart`, -Infinity)
  const advanceMs = advanceOf(step.input)
  const closedBy = (time: number) => (window.kind === 'session' ? time - step.graceMs - 1 : time - step.graceMs - window.sizeMs)
  const lostBefore = () =>
    window.kind !== 'session' && context.options.suppressLosesSkippedWindows
      ? newestStart.value - (window.sizeMs + step.graceMs)
      : -Infinity

  return {
    process(_port, chunk, emit) {
      const {windows} = chunk
      if (windows === undefined) throw new TypeError(`step ${step.id}: rows have no window`)
      const keys = chunk.columns.slice(0, keyCount).map(column => column.values)
      const mapKeys = store.mapKeys([...keys, windows.starts], chunk.count)
      const values = chunk.columns.slice(keyCount).map(column => column.values)
      const out = new ChunkBuilder(keyCount + 2, values.length, true)
      for (let row = 0; row < chunk.count; row++) {
        const [start, end] = [windows.starts[row]!, windows.ends[row]!]
        const bucketTime = window.kind === 'session' ? end : start
        if (chunk.nullValues?.[row] === 1) {
          store.remove(bucketTime, mapKeys[row]!)
          continue
        }
        const time = chunk.timestamps[row]!
        const bucket = store.bucket(bucketTime)
        const known = bucket.get(mapKeys[row]!)
        const slot = known ?? store.add(bucket, mapKeys[row]!, keys, row, start, end)
        store.table.touch(slot)
        store.table.setRow(slot, rowAt(values, row))
        store.table.times[slot] = time
        newestStart.value = Math.max(newestStart.value, start, advanceMs === undefined ? start : time - (time % advanceMs))
        if (time <= streamTime.value) continue
        streamTime.value = time
        emitClosed(store, closedBy(time), lostBefore(), row, out)
      }
      if (out.count > 0) emit(finalRows(out, chunk, context.wantsBefore))
    },
  }
}

function emitClosed(store: WindowStore, closed: number, lostBefore: number, row: number, out: ChunkBuilder): void {
  const {table} = store
  for (const time of store.times()) {
    if (time > closed) break
    if (time < lostBefore) continue
    const rows = [...store.slots(time)].map(slot => ({slot, key: table.key(slot)}))
    rows.sort((left, right) => compareRows(orderOf(left.key), orderOf(right.key)))
    for (const {slot, key} of rows) out.add(key, table.row(slot), table.times[slot]!, row)
  }
  store.expireBefore(closed + 1)
}

/** In one bucket, session rows come by start and then by key. */
const orderOf = (key: Row): Row => [key[key.length - 2]!, ...key.slice(0, -2)]

function finalRows(out: ChunkBuilder, chunk: Chunk, wantsBefore: boolean): Chunk {
  const rows = out.build(chunk)
  return wantsBefore ? {...rows, before: nothingBefore(rows)} : rows
}

/** The newest window of a hopping aggregate starts later than the first row of a record tells. */
function advanceOf(step: Step): number | undefined {
  for (let at = step; at.kind !== 'source';) {
    if (at.kind === 'aggregate') return advanceOfWindow(at.over)
    if (!('input' in at)) return undefined
    at = at.input
  }
  return undefined
}

const advanceOfWindow = (over: WindowSpec | undefined): number | undefined =>
  over?.kind === 'hopping' ? over.advanceMs : undefined
