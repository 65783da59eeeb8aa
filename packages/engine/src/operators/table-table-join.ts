import type {Chunk} from '../chunk/chunk.ts'
import type {TableTableJoinStep} from '../plan/step.ts'
import type {Row} from '../schema/value.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import {ChunkBuilder, rowAt} from './chunk-builder.ts'
import {isAllNull, keyColumns, layoutOf, type OperatorContext} from './context.ts'
import type {Emit, Operator} from './operator.ts'
import {withBefore} from './session-aggregate.ts'

/**
 * Joins two tables by their keys; a change on either side gives the change of the joined row. A side is *kept* when its
 * rows come out without a partner.
 */
export function tableTableJoinOperator(step: TableTableJoinStep, context: OperatorContext): Operator {
  const left = context.stores.add(new KeyedStore(step.leftStore, layoutOf(step.left)))
  const right = context.stores.add(new KeyedStore(step.rightStore, layoutOf(step.right)))
  const leftWidth = step.left.schema.value.length
  const rightWidth = step.right.schema.value.length
  const combine = (mine: Row | undefined, other: Row | undefined, port: number): Row => {
    const [leftRow, rightRow] = port === 0 ? [mine, other] : [other, mine]
    return [...(leftRow ?? nulls(leftWidth)), ...(rightRow ?? nulls(rightWidth))]
  }
  const sides = [
    {
      store: left,
      other: right,
      keepsMine: step.join === 'left' || step.join === 'full',
      keepsOther: step.join === 'right' || step.join === 'full',
    },
    {
      store: right,
      other: left,
      keepsMine: step.join === 'right' || step.join === 'full',
      keepsOther: step.join === 'left' || step.join === 'full',
    },
  ] as const

  return {
    process(port, chunk, emit) {
      const side = port === 0 ? sides[0] : sides[1]
      const {store, other, keepsMine, keepsOther} = side
      const keyCount = (port === 0 ? step.left : step.right).schema.key.length
      const keys = keyColumns(chunk, keyCount)
      const values = chunk.columns.slice(keyCount).map(column => column.values)
      const mapKeys = store.mapKeys(keys, chunk.count)
      const now = new ChunkBuilder(keys.length, leftWidth + rightWidth, chunk.windows !== undefined)
      const was = new ChunkBuilder(keys.length, leftWidth + rightWidth, chunk.windows !== undefined)
      for (let row = 0; row < chunk.count; row++) {
        if (isAllNull(keys, keyCount, row)) continue
        const key = mapKeys[row]!
        const time = chunk.timestamps[row]!
        const slot = store.find(key)
        const oldMine = slot < 0 ? undefined : store.table.row(slot)
        const newMine = chunk.nullValues?.[row] === 1 ? undefined : rowAt(values, row)
        put(store, key, slot, keys, row, newMine, time)

        const otherSlot = other.find(key)
        const theirs = otherSlot < 0 ? undefined : other.table.row(otherSlot)
        if (theirs === undefined && (!keepsMine || (oldMine === undefined && newMine === undefined))) continue
        const joined = (mine: Row | undefined) => {
          const exists = mine === undefined ? theirs !== undefined && keepsOther : theirs !== undefined || keepsMine
          return exists ? combine(mine, theirs, port) : undefined
        }
        const resultTime = otherSlot < 0 ? time : Math.max(time, other.table.times[otherSlot]!)
        const wholeKey = rowAt(keys, row)
        now.add(wholeKey, joined(newMine), resultTime, row)
        was.add(wholeKey, joined(oldMine), resultTime, row)
      }
      emitChanges(now, was, chunk, context, emit)
    },
  }
}

function put(
  store: KeyedStore,
  key: ReturnType<KeyedStore['mapKeys']>[number],
  known: number,
  keys: Parameters<KeyedStore['add']>[1],
  row: number,
  values: Row | undefined,
  time: number,
): void {
  if (values === undefined) {
    if (known >= 0) store.remove(key, known)
    return
  }
  const slot = known < 0 ? store.add(key, keys, row) : known
  store.table.touch(slot)
  store.table.setRow(slot, values)
  store.table.times[slot] = time
}

function emitChanges(now: ChunkBuilder, was: ChunkBuilder, chunk: Chunk, context: OperatorContext, emit: Emit): void {
  if (now.count > 0) emit(withBefore(now.build(chunk), was.build(undefined), context.wantsBefore))
}

const nulls = (count: number): Row => new Array<null>(count).fill(null)
