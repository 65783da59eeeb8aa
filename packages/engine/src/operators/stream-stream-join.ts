import type {Chunk} from '../chunk/chunk.ts'
import type {StreamStreamJoinStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {compareRows} from '../state/compare.ts'
import {JoinBuffer} from '../state/join-buffer.ts'
import {ChunkBuilder, type Piece} from './chunk-builder.ts'
import {isAllNull, keyColumns, layoutOf, type OperatorContext} from './context.ts'
import type {Emit, Operator} from './operator.ts'

const DAY_MS = 86_400_000

type Side = {
  readonly buffer: JoinBuffer
  /** Newest time of the side's own rows: its buffer expires by it. */
  readonly newest: {value: number}
  /** A partner's time lies between own time − `before` and own time + `after`. */
  readonly beforeMs: number
  readonly afterMs: number
  /** Rows of this side come out without a partner too. */
  readonly isKept: boolean
  readonly keyCount: number
}

/**
 * Rows of two streams with equal keys and −before ≤ right time − left time ≤ after. Without GRACE, rows of a kept side
 * come out unmatched as soon as they find no partner. With GRACE they wait until time + after + grace < stream time, and
 * come out in order of time when a row advances stream time, before that row is joined. Each side's buffer
 * forgets rows that are before + after + grace older than its newest; a late row is not kept, but finds what is there.
 */
export function streamStreamJoinOperator(step: StreamStreamJoinStep, context: OperatorContext): Operator {
  const {beforeMs, afterMs, graceMs} = step
  const retentionMs = beforeMs + afterMs + (graceMs ?? Math.max(0, DAY_MS - beforeMs - afterMs))
  const newest = (side: string) => context.stores.facts.cell(`${step.id}/${side}`, -Infinity)
  const sides: readonly [Side, Side] = [
    {
      buffer: context.stores.add(new JoinBuffer(step.leftStore, layoutOf(step.left))),
      newest: newest('left'),
      beforeMs,
      afterMs,
      isKept: step.join === 'left' || step.join === 'full',
      keyCount: step.left.schema.key.length,
    },
    {
      buffer: context.stores.add(new JoinBuffer(step.rightStore, layoutOf(step.right))),
      newest: newest('right'),
      beforeMs: afterMs,
      afterMs: beforeMs,
      isKept: step.join === 'right' || step.join === 'full',
      keyCount: step.right.schema.key.length,
    },
  ]
  const streamTime = context.stores.facts.cell(`${step.id}/streamTime`, -Infinity)
  const leftWidth = step.left.schema.value.length
  const rightWidth = step.right.schema.value.length
  /** The two sides of a joined row: one at a row of its chunk or buffer, the other absent or at a slot. */
  const pieces = (
    port: number,
    mine: Columns,
    row: number,
    theirs: Columns | undefined,
    slot: number,
  ): readonly [Piece, Piece] => {
    const own = {width: port === 0 ? leftWidth : rightWidth, columns: mine, row}
    const partner = {width: port === 0 ? rightWidth : leftWidth, columns: theirs, row: slot}
    return port === 0 ? [own, partner] : [partner, own]
  }

  /** Unmatched rows whose time is over, oldest first, left before right, then by key. */
  function emitOverdue(grace: number, trigger: number, out: ChunkBuilder): void {
    for (;;) {
      const due = sides.map(side => {
        const time = side.buffer.firstWaiting()
        return time !== undefined && time + side.afterMs + grace < streamTime.value ? time : Infinity
      })
      const time = Math.min(...due)
      if (time === Infinity) return
      const port = due[0] === time ? 0 : 1
      const {buffer} = sides[port]
      const rows = buffer.takeWaiting(time).map(slot => ({key: buffer.table.key(slot).slice(0, -2), slot}))
      rows.sort((a, b) => compareRows(a.key, b.key))
      for (const {slot} of rows)
        out.addJoined(buffer.table.keys, slot, pieces(port, buffer.table.values, slot, undefined, 0), time, trigger)
    }
  }

  const output = new Output(step, leftWidth + rightWidth, context)
  return {
    process(port, chunk, emit) {
      const [mine, other] = port === 0 ? sides : [sides[1], sides[0]]
      const keys = keyColumns(chunk, mine.keyCount)
      const mapKeys = mine.buffer.mapKeys(keys, chunk.count)
      const values = chunk.columns.slice(mine.keyCount).map(column => column.values)
      const out = output.begin(chunk, emit)
      for (let row = 0; row < chunk.count; row++) {
        if (chunk.nullValues?.[row] === 1) continue
        const time = chunk.timestamps[row]!
        if (isAllNull(keys, mine.keyCount, row)) {
          if (mine.isKept) out.addJoined(keys, row, pieces(port, values, row, undefined, 0), time, row)
          continue
        }
        mine.newest.value = Math.max(mine.newest.value, time)
        if (time >= streamTime.value) {
          streamTime.value = time
          if (graceMs !== undefined) emitOverdue(graceMs, row, out)
        }
        let isMatched = false
        for (const slot of other.buffer.slotsOf(mapKeys[row]!)) {
          const otherTime = other.buffer.table.times[slot]!
          if (otherTime < time - mine.beforeMs || otherTime > time + mine.afterMs) continue
          if (otherTime <= other.newest.value - retentionMs) continue
          isMatched = true
          if (other.buffer.isWaiting(slot)) other.buffer.stopWaiting(slot)
          const both = pieces(port, values, row, other.buffer.table.values, slot)
          out.addJoined(keys, row, both, Math.max(time, otherTime), row)
        }
        const isUnmatched = !isMatched && mine.isKept
        const canWait = graceMs !== undefined && time + mine.afterMs >= streamTime.value
        if (isUnmatched && !canWait) out.addJoined(keys, row, pieces(port, values, row, undefined, 0), time, row)
        const isWaiting = isUnmatched && canWait
        if (isWaiting || time > mine.newest.value - retentionMs)
          mine.buffer.add(mapKeys[row]!, keys, values, row, time, isWaiting)
      }
      for (const {buffer, newest: own} of sides) if (Number.isFinite(own.value)) buffer.expire(own.value - retentionMs)
      output.end(chunk, emit)
    },
  }
}

type Columns = readonly ArrayLike<Value>[]

/** Joined rows: given on after each chunk or, where the operator may, all at once. Rows with headers are not kept waiting. */
class Output {
  readonly #step: StreamStreamJoinStep
  readonly #valueColumns: number
  readonly #mayKeep: boolean
  #builder: ChunkBuilder | undefined
  #emit: Emit | undefined

  constructor(step: StreamStreamJoinStep, valueColumns: number, {defer}: OperatorContext) {
    this.#step = step
    this.#valueColumns = valueColumns
    this.#mayKeep = defer !== undefined
    defer?.(() => this.#flush(undefined))
  }

  begin({headers}: Chunk, emit: Emit): ChunkBuilder {
    this.#emit = emit
    if (headers !== undefined) this.#flush(undefined)
    const {schema, window} = this.#step
    const isWindowed = window !== undefined
    return (this.#builder ??= new ChunkBuilder(schema.key.length + (isWindowed ? 2 : 0), this.#valueColumns, isWindowed))
  }

  end(chunk: Chunk, emit: Emit): void {
    this.#emit = emit
    if (!this.#mayKeep || chunk.headers !== undefined) this.#flush(chunk)
  }

  #flush(input: Chunk | undefined): void {
    const builder = this.#builder
    if (builder === undefined || builder.count === 0) return
    this.#builder = undefined
    this.#emit?.(builder.build(input))
  }
}
