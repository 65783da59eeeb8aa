import type {Chunk} from '../chunk/chunk.ts'
import type {StreamStreamJoinStep} from '../plan/step.ts'
import type {Header} from '../record/record.ts'
import type {Value} from '../schema/value.ts'
import {compareRows} from '../state/compare.ts'
import {JoinBuffer} from '../state/join-buffer.ts'
import {KeyIds} from '../state/key-ids.ts'
import type {KeyColumns, MapKey} from '../state/map-key.ts'
import {isAllNull, keyColumns, layoutOf, type OperatorContext} from './context.ts'
import {JoinedRows} from './joined-rows.ts'
import type {Emit, Operator, TwoChunks} from './operator.ts'
import {oneTurn, takeTurns, type Turns} from './turns.ts'

const DAY_MS = 86_400_000
const none = -1

/**
 * Rows of two streams with equal keys and −before ≤ right time − left time ≤ after. Without GRACE, rows of a kept side
 * come out unmatched as soon as they find no partner. With GRACE they wait until time + after + grace < stream time, and
 * come out in order of time when a row advances stream time, before that row is joined. Each side's buffer
 * forgets rows that are before + after + grace older than its newest; a late row is not kept, but finds what is there.
 */
export function streamStreamJoinOperator(step: StreamStreamJoinStep, context: OperatorContext): Operator {
  const join = new StreamStreamJoin(step, context)
  return {
    process(port, chunk, emit) {
      join.process(port === 0 ? [chunk, undefined] : [undefined, chunk], oneTurn(port, chunk.count), emit)
    },
    processTurns: (chunks, turns, emit) => join.process(chunks, turns, emit),
  }
}

type Side = {
  readonly port: 0 | 1
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

/** The rows of one side that are processed now; the slot that each was given. */
type Input = {
  readonly count: number
  readonly keys: KeyColumns
  readonly mapKeys: ArrayLike<MapKey>
  readonly times: ArrayLike<number>
  readonly nullValues: Uint8Array | undefined
  readonly headers: readonly (readonly Header[])[] | undefined
  readonly slots: Int32Array
}

class StreamStreamJoin {
  readonly #step: StreamStreamJoinStep
  readonly #graceMs: number
  readonly #retentionMs: number
  readonly #ids = new KeyIds()
  readonly #left: Side
  readonly #right: Side
  readonly #streamTime: {value: number}
  /** Rows that are given on before they are collected, or, where nobody asks for them, after each chunk. */
  readonly #isDeferred: boolean
  #out: JoinedRows
  #emit: Emit | undefined

  constructor(step: StreamStreamJoinStep, context: OperatorContext) {
    const {beforeMs, afterMs, graceMs, join, left, right} = step
    const {facts} = context.stores
    this.#step = step
    this.#graceMs = graceMs ?? Infinity
    this.#retentionMs = beforeMs + afterMs + (graceMs ?? Math.max(0, DAY_MS - beforeMs - afterMs))
    this.#left = {
      port: 0,
      buffer: context.stores.add(new JoinBuffer(step.leftStore, layoutOf(left), this.#ids, this.#retentionMs)),
      newest: facts.cell(`${step.id}/left`, -Infinity),
      beforeMs,
      afterMs,
      isKept: join === 'left' || join === 'full',
      keyCount: left.schema.key.length,
    }
    this.#right = {
      port: 1,
      buffer: context.stores.add(new JoinBuffer(step.rightStore, layoutOf(right), this.#ids, this.#retentionMs)),
      newest: facts.cell(`${step.id}/right`, -Infinity),
      beforeMs: afterMs,
      afterMs: beforeMs,
      isKept: join === 'right' || join === 'full',
      keyCount: right.schema.key.length,
    }
    this.#streamTime = facts.cell(`${step.id}/streamTime`, -Infinity)
    this.#out = this.#newOut()
    this.#isDeferred = context.defer !== undefined
    context.defer?.(() => this.#flush())
  }

  process([left, right]: TwoChunks, turns: Turns, emit: Emit): void {
    this.#emit = emit
    this.#left.buffer.ready()
    this.#right.buffer.ready()
    const leftRows = inputOf(this.#left, left)
    const rightRows = inputOf(this.#right, right)
    takeTurns(
      turns,
      (from, to) => this.#rows(this.#left, this.#right, leftRows, from, to),
      (from, to) => this.#rows(this.#right, this.#left, rightRows, from, to),
    )
    setValues(this.#left, leftRows, left)
    setValues(this.#right, rightRows, right)
    for (const {buffer, newest} of [this.#left, this.#right])
      if (Number.isFinite(newest.value)) buffer.expire(newest.value - this.#retentionMs)
    if (!this.#isDeferred) this.#flush()
  }

  #rows(mine: Side, other: Side, input: Input, from: number, to: number): void {
    for (let row = from; row < to; row++) this.#row(mine, other, input, row)
  }

  #row(mine: Side, other: Side, input: Input, row: number): void {
    if (input.nullValues !== undefined && input.nullValues[row] === 1) return
    const first = this.#out.rows.count
    const time = input.times[row]!
    const slot = mine.buffer.add(input.keys, row, time)
    input.slots[row] = slot
    if (isAllNull(input.keys, mine.keyCount, row)) {
      if (mine.isKept) this.#give(mine, input, row, slot, none, time)
      mine.buffer.pass(slot)
    } else this.#join(mine, other, input, row, slot)
    if (input.headers !== undefined) this.#out.rows.setHeaders(first, input.headers[row] ?? [])
  }

  #join(mine: Side, other: Side, input: Input, row: number, slot: number): void {
    const time = input.times[row]!
    if (time > mine.newest.value) mine.newest.value = time
    if (time >= this.#streamTime.value) {
      this.#streamTime.value = time
      this.#emitOverdue()
    }
    const key = input.mapKeys[row]!
    const id = this.#ids.find(key)
    const isMatched = id >= 0 && this.#match(mine, other, input, row, slot, id)
    const isUnmatched = !isMatched && mine.isKept
    const canWait = this.#graceMs !== Infinity && time + mine.afterMs >= this.#streamTime.value
    if (isUnmatched && !canWait) this.#give(mine, input, row, slot, none, time)
    const isWaiting = isUnmatched && canWait
    if (isWaiting || time > mine.newest.value - this.#retentionMs) mine.buffer.keep(slot, key, id, isWaiting)
    else mine.buffer.pass(slot)
  }

  /** Whether the row has partners, which are given in order of their time. */
  #match(mine: Side, other: Side, input: Input, row: number, slot: number, id: number): boolean {
    const time = input.times[row]!
    const {buffer} = other
    const {times} = buffer.table
    const forgotten = other.newest.value - this.#retentionMs
    let isMatched = false
    for (
      let partner = buffer.firstFrom(id, Math.max(time - mine.beforeMs, forgotten));
      partner >= 0;
      partner = buffer.after(partner)
    ) {
      const partnerTime = times[partner]!
      if (partnerTime > time + mine.afterMs) break
      if (partnerTime <= forgotten) continue
      isMatched = true
      if (buffer.isWaiting(partner)) buffer.stopWaiting(partner)
      this.#give(mine, input, row, slot, partner, partnerTime > time ? partnerTime : time)
    }
    return isMatched
  }

  #give(mine: Side, {keys}: Input, row: number, slot: number, partner: number, timeMs: number): void {
    if (mine.port === 0) this.#out.add(keys, row, slot, partner, timeMs)
    else this.#out.add(keys, row, partner, slot, timeMs)
  }

  /** Unmatched rows whose time is over, oldest first, left before right, then by key. */
  #emitOverdue(): void {
    for (;;) {
      const left = this.#firstDue(this.#left)
      const right = this.#firstDue(this.#right)
      if (left === Infinity && right === Infinity) return
      if (left <= right) this.#giveWaiting(this.#left, left)
      else this.#giveWaiting(this.#right, right)
    }
  }

  #firstDue({buffer, isKept, afterMs}: Side): number {
    if (!isKept) return Infinity
    const time = buffer.firstWaiting()
    return time + afterMs + this.#graceMs < this.#streamTime.value ? time : Infinity
  }

  #giveWaiting({buffer, port}: Side, timeMs: number): void {
    const rows = buffer.takeWaiting(timeMs).map(slot => ({slot, key: buffer.table.key(slot).slice(0, -2)}))
    rows.sort((a, b) => compareRows(a.key, b.key))
    for (const {slot} of rows) this.#out.add(buffer.table.keys, slot, port === 0 ? slot : none, port === 0 ? none : slot, timeMs)
  }

  #flush(): void {
    if (this.#out.rows.count === 0) return
    const out = this.#out
    this.#out = this.#newOut()
    this.#emit?.(out.build(valuesOf(this.#left), valuesOf(this.#right)))
  }

  #newOut(): JoinedRows {
    const {schema, window} = this.#step
    return new JoinedRows(schema.key.length + (window === undefined ? 0 : 2), window !== undefined)
  }
}

/** What stands in a side's buffer, without the flag that the buffer adds. */
const valuesOf = ({buffer}: Pick<Side, 'buffer'>): readonly Value[][] => buffer.table.values.slice(0, -1)

function inputOf({buffer, keyCount}: Side, chunk: Chunk | undefined): Input {
  if (chunk === undefined) return NO_INPUT
  const keys = keyColumns(chunk, keyCount)
  return {
    count: chunk.count,
    keys,
    mapKeys: buffer.mapKeys(keys, chunk.count),
    times: chunk.timestamps,
    nullValues: chunk.nullValues,
    headers: chunk.headers,
    slots: new Int32Array(chunk.count).fill(none),
  }
}

const NO_INPUT: Input = {
  count: 0,
  keys: [],
  mapKeys: [],
  times: [],
  nullValues: undefined,
  headers: undefined,
  slots: new Int32Array(0),
}

function setValues({buffer, keyCount}: Side, {count, slots}: Input, chunk: Chunk | undefined): void {
  if (chunk === undefined) return
  for (const [i, to] of valuesOf({buffer}).entries()) {
    const from = chunk.columns[keyCount + i]!.values
    for (let row = 0; row < count; row++) if (slots[row]! >= 0) to[slots[row]!] = from[row] ?? null
  }
}
