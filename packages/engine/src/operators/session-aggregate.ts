import type {Chunk} from '../chunk/chunk.ts'
import type {AggregateStep, WindowSpec} from '../plan/step.ts'
import type {Row, Value} from '../schema/value.ts'
import {SessionStore} from '../state/session-store.ts'
import {Aggregation} from './aggregation.ts'
import {ChunkBuilder, rowAt} from './chunk-builder.ts'
import type {OperatorContext} from './context.ts'
import {badRow, rowErrors} from './evaluator.ts'
import type {Operator} from './operator.ts'

type Sessions = Extract<WindowSpec, {kind: 'session'}>

/**
 * Session windows: a row joins all sessions of its key within the gap into one. Each absorbed session leaves a tombstone
 * with its old end as time, then the merged session follows with its end as time. A row is late when the merged session
 * ends before stream time − grace − gap.
 */
export function sessionAggregateOperator(step: AggregateStep, over: Sessions, context: OperatorContext): Operator {
  const aggregation = new Aggregation(step, context)
  const store = context.stores.add(new SessionStore(step.store, aggregation.layout))
  const streamTime = context.stores.facts.cell(`${step.id}/streamTime`, -Infinity)
  const late = context.stores.facts.cell(`${step.id}/late`, 0)
  const sequence = context.stores.facts.cell(`${step.id}/sequence`, 0)
  const keptMs = Math.max(over.retentionMs, over.gapMs + over.graceMs)
  const width = aggregation.carriedCount + aggregation.aggregators.length
  return {
    process(_port, chunk, emit) {
      const keys = chunk.columns.slice(0, aggregation.keyCount).map(column => column.values)
      const mapKeys = store.mapKeys(keys, chunk.count)
      const args = aggregation.argumentsOf(chunk, rowErrors(context.report, step.id, chunk))
      const carried = aggregation.carried(chunk)
      const now = new ChunkBuilder(keys.length + 2, width, true)
      const was = new ChunkBuilder(keys.length + 2, width, true)
      const put = (key: Row, row: number, after: Row | undefined, before: Row | undefined, timeMs: number) => {
        now.add(key, after, timeMs, row)
        was.add(key, before, timeMs, row)
      }
      for (let row = 0; row < chunk.count; row++) {
        if (aggregation.isOutside(chunk, keys, row)) continue
        const time = chunk.timestamps[row]!
        streamTime.value = Math.max(streamTime.value, time)
        const alive = streamTime.value - keptMs
        const near = store.find(mapKeys[row]!, time - over.gapMs, time + over.gapMs).filter(slot => store.endOf(slot) >= alive)
        const merged = mergedBounds(store, near, time)
        const closed = streamTime.value - over.graceMs - over.gapMs
        if (merged.end < closed) {
          late.value++
          const reason = `its session is closed: it would end at ${merged.end}, sessions that end before ${closed} are closed`
          context.report(badRow('late', step.id, reason, chunk, row))
          continue
        }
        sequence.value++
        const isUnchanged = merged.start === time && merged.end === time
        const results = near.map(slot => sessionRow(aggregation, store, slot))
        const states = mergeStates(aggregation, store, near)
        if (!isUnchanged)
          for (const [i, slot] of near.entries()) put(store.table.key(slot), row, undefined, results[i], store.endOf(slot))
        for (const slot of near) store.remove(mapKeys[row]!, slot)
        const slot = store.add(mapKeys[row]!, keys, row, merged.start, merged.end)
        store.table.setRow(slot, [
          ...rowAt(carried, row),
          ...aggregation.aggregators.map((each, i) => each.add(states[i]!, rowAt(args[i]!, row), sequence.value)),
        ])
        store.table.times[slot] = merged.end
        put(store.table.key(slot), row, sessionRow(aggregation, store, slot), isUnchanged ? results[0] : undefined, merged.end)
      }
      store.expire(streamTime.value - keptMs)
      if (now.count > 0) emit(withBefore(now.build(chunk), was.build(undefined), context.wantsBefore))
    },
  }
}

function mergedBounds(store: SessionStore, near: readonly number[], time: number): {start: number; end: number} {
  let [start, end] = [time, time]
  for (const slot of near) {
    start = Math.min(start, store.startOf(slot))
    end = Math.max(end, store.endOf(slot))
  }
  return {start, end}
}

/** Accumulators of all sessions merged in order of time; fresh ones when there is no session. */
function mergeStates(aggregation: Aggregation, store: SessionStore, near: readonly number[]): Value[] {
  return aggregation.aggregators.map((aggregator, i) => {
    const states = store.table.values[aggregation.carriedCount + i]!
    const [first, ...others] = near
    if (first === undefined) return aggregator.initial()
    return others.reduce<Value>((state, slot) => aggregator.merge(state, states[slot]!), states[first]!)
  })
}

function sessionRow(aggregation: Aggregation, store: SessionStore, slot: number): Row {
  const carried = store.table.values.slice(0, aggregation.carriedCount).map(column => column[slot]!)
  return [...carried, ...aggregation.aggregators.map((_, i) => aggregation.result(store.table, slot, i))]
}

export function withBefore(now: Chunk, was: Chunk, wantsBefore: boolean): Chunk {
  if (!wantsBefore) return now
  return {...now, before: {columns: was.columns, nullValues: was.nullValues ?? new Uint8Array(was.count)}}
}
