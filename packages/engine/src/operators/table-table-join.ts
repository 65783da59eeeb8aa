import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import type {TableTableJoinStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import type {KeyColumns, MapKey} from '../state/map-key.ts'
import {isAllNull, keyColumns, layoutOf, type OperatorContext} from './context.ts'
import {KeyedRows} from './keyed-rows.ts'
import type {Emit, Operator, TwoChunks} from './operator.ts'
import {oneTurn, takeTurns, type Turns} from './turns.ts'

type Columns = readonly ArrayLike<Value>[]

type Side = {
  readonly store: KeyedStore
  readonly keyCount: number
  /** Where its values begin in a joined row. */
  readonly offset: number
  /** Its rows come out without a partner too. */
  readonly isKept: boolean
}

/** Joins two tables by their keys; a change on either side gives the change of the joined row. */
export function tableTableJoinOperator(step: TableTableJoinStep, context: OperatorContext): Operator {
  const leftWidth = step.left.schema.value.length
  const width = leftWidth + step.right.schema.value.length
  const left: Side = {
    store: context.stores.add(new KeyedStore(step.leftStore, layoutOf(step.left))),
    keyCount: step.left.schema.key.length,
    offset: 0,
    isKept: step.join === 'left' || step.join === 'full',
  }
  const right: Side = {
    store: context.stores.add(new KeyedStore(step.rightStore, layoutOf(step.right))),
    keyCount: step.right.schema.key.length,
    offset: leftWidth,
    isKept: step.join === 'right' || step.join === 'full',
  }

  function join(chunks: TwoChunks, turns: Turns, emit: Emit): void {
    const isWindowed = chunks.some(chunk => chunk?.windows !== undefined)
    const out = new JoinedChanges(left.keyCount + (isWindowed ? 2 : 0), isWindowed, width, context.wantsBefore)
    const leftChanges = chunks[0] && new Changes(chunks[0], left, right, out)
    const rightChanges = chunks[1] && new Changes(chunks[1], right, left, out)
    takeTurns(
      turns,
      (from, to) => leftChanges?.join(from, to),
      (from, to) => rightChanges?.join(from, to),
    )
    out.emit(emit)
  }

  return {
    process: (port, chunk, emit) => join(port === 0 ? [chunk, undefined] : [undefined, chunk], oneTurn(port, chunk.count), emit),
    processTurns: join,
  }
}

/** Changes of one side. */
class Changes {
  readonly #chunk: Chunk
  readonly #mine: Side
  readonly #other: Side
  readonly #out: JoinedChanges
  readonly #keys: KeyColumns
  readonly #mapKeys: ArrayLike<MapKey>
  readonly #values: Columns

  constructor(chunk: Chunk, mine: Side, other: Side, out: JoinedChanges) {
    this.#chunk = chunk
    this.#mine = mine
    this.#other = other
    this.#out = out
    this.#keys = keyColumns(chunk, mine.keyCount)
    this.#mapKeys = mine.store.mapKeys(this.#keys, chunk.count)
    this.#values = chunk.columns.slice(mine.keyCount).map(column => column.values)
  }

  join(from: number, to: number): void {
    for (let row = from; row < to; row++) if (!isAllNull(this.#keys, this.#mine.keyCount, row)) this.#join(row)
  }

  #join(row: number): void {
    const {store, isKept} = this.#mine
    const key = this.#mapKeys[row]!
    const slot = store.find(key)
    const isThere = this.#chunk.nullValues?.[row] !== 1
    const partner = this.#other.store.find(key)
    const isResult = partner >= 0 || (isKept && (slot >= 0 || isThere))
    if (isResult && this.#out.was !== undefined) this.#add(this.#out.was, store.table.values, slot, slot >= 0, partner)
    if (isThere) this.#put(key, slot, row)
    else if (slot >= 0) store.remove(key, slot)
    if (!isResult) return
    this.#add(this.#out.now, this.#values, row, isThere, partner)
    const time = this.#chunk.timestamps[row]!
    const partnerTime = partner < 0 ? time : this.#other.store.table.times[partner]!
    this.#out.addKey(this.#keys, row, Math.max(time, partnerTime), this.#chunk)
  }

  #put(key: MapKey, known: number, row: number): void {
    const {store} = this.#mine
    const slot = known < 0 ? store.add(key, this.#keys, row) : known
    store.table.touch(slot)
    for (let i = 0; i < this.#values.length; i++) store.table.values[i]![slot] = this.#values[i]![row] ?? null
    store.table.times[slot] = this.#chunk.timestamps[row]!
  }

  /** A joined row of this side's at `row`, if it is there, and the other's at the slot `partner`, if it is not -1. */
  #add(rows: JoinedValues, columns: Columns, row: number, isThere: boolean, partner: number): void {
    const hasPartner = partner >= 0
    const isPresent = isThere ? hasPartner || this.#mine.isKept : hasPartner && this.#other.isKept
    rows.add(this.#mine.offset, isPresent && isThere ? columns : undefined, this.#values.length, row)
    const others = this.#other.store.table.values
    rows.add(this.#other.offset, isPresent && hasPartner ? others : undefined, others.length, partner)
    rows.absent.push(isPresent ? 0 : 1)
  }
}

/** Values of joined rows, side by side. */
class JoinedValues {
  readonly columns: readonly Value[][]
  /** 1 where there is no row. */
  readonly absent: number[] = []

  constructor(width: number) {
    this.columns = Array.from({length: width}, () => [])
  }

  /** One side of a row; without columns NULLs. */
  add(offset: number, columns: Columns | undefined, width: number, row: number): void {
    for (let i = 0; i < width; i++) this.columns[offset + i]!.push(columns?.[i]![row] ?? null)
  }
}

class JoinedChanges {
  readonly now: JoinedValues
  readonly was: JoinedValues | undefined
  readonly #rows: KeyedRows

  constructor(keyColumns: number, isWindowed: boolean, width: number, wantsBefore: boolean) {
    this.#rows = new KeyedRows(keyColumns, isWindowed)
    this.now = new JoinedValues(width)
    this.was = wantsBefore ? new JoinedValues(width) : undefined
  }

  /** Key, time and headers of the row whose values were added last. */
  addKey(keys: KeyColumns, row: number, timeMs: number, {headers}: Chunk): void {
    this.#rows.add(keys, row, timeMs)
    if (headers !== undefined) this.#rows.setHeaders(this.#rows.count - 1, headers[row] ?? [])
  }

  emit(emit: Emit): void {
    if (this.#rows.count === 0) return
    const now = this.#rows.build(this.now.columns.map(vectorOf), this.now.absent)
    if (this.was === undefined) return emit(now)
    const columns = [...this.#rows.keyVectors(), ...this.was.columns.map(vectorOf)]
    emit({...now, before: {columns, nullValues: Uint8Array.from(this.was.absent)}})
  }
}
