import type {Chunk} from '../chunk/chunk.ts'
import type {ForeignKeyJoinStep} from '../plan/step.ts'
import {BIGINT} from '../schema/sql-type.ts'
import type {Row} from '../schema/value.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import {RegistrationStore} from '../state/registration-store.ts'
import {ChunkBuilder, rowAt} from './chunk-builder.ts'
import {layoutOf, typesOf, type OperatorContext} from './context.ts'
import {instruction} from './foreign-key-messages.ts'
import type {Operator} from './operator.ts'
import {remember} from './table-source.ts'

export const registrationStoreName = (step: ForeignKeyJoinStep): string => `${step.rightStore}-registrations`

/**
 * The right side of a foreign-key join. Port 0: registrations (store: foreign key, left key → left values, version). Port 1:
 * the right table; a change of it responds to every registered left row, in the order of left keys, with its own time.
 */
export function foreignKeyResponder(step: ForeignKeyJoinStep, context: OperatorContext): Operator {
  const {left, right} = step
  const registrations = context.stores.add(
    new RegistrationStore(registrationStoreName(step), {
      key: [...typesOf(right.schema.key), ...typesOf(left.schema.key)],
      isWindowed: false,
      value: [...typesOf(left.schema.value), BIGINT],
    }),
  )
  const rows = context.stores.add(new KeyedStore(step.rightStore, layoutOf(right)))
  const leftKeys = left.schema.key.length
  const leftWidth = left.schema.value.length
  const rightNulls: Row = right.schema.value.map(() => null)

  const respond = (
    out: ChunkBuilder,
    leftKey: Row,
    leftRow: Row,
    found: Row | undefined,
    version: number,
    time: number,
    trigger: number,
  ) => {
    const isThere = found !== undefined || step.join === 'left'
    out.add(leftKey, [...leftRow, ...(found ?? rightNulls), isThere ? 1 : 0, version], time, trigger)
  }

  function register(chunk: Chunk, out: ChunkBuilder): void {
    const columns = chunk.columns.map(column => column.values)
    for (let row = 0; row < chunk.count; row++) {
      const [foreignKey, ...rest] = rowAt(columns, row)
      const leftKey = rest.slice(0, leftKeys)
      const leftRow = rest.slice(leftKeys, leftKeys + leftWidth)
      const [what, version] = rest.slice(leftKeys + leftWidth).map(Number)
      const key: Row = [foreignKey!, ...leftKey]
      const time = chunk.timestamps[row]!
      if (what === instruction.unmatched) {
        respond(out, leftKey, leftRow, undefined, version!, time, row)
        continue
      }
      if (what === instruction.move || what === instruction.remove) {
        registrations.remove(key)
        if (what === instruction.remove) out.add(leftKey, [...leftRow, ...rightNulls, 0, version!], time, row)
        continue
      }
      const slot = registrations.put(key)
      registrations.table.setRow(slot, [...leftRow, version!])
      registrations.table.times[slot] = time
      const rightSlot = rows.findRow([foreignKey!])
      if (rightSlot < 0) {
        if (step.join === 'left' || what === instruction.put) respond(out, leftKey, leftRow, undefined, version!, time, row)
      } else {
        respond(out, leftKey, leftRow, rows.table.row(rightSlot), version!, Math.max(time, rows.table.times[rightSlot]!), row)
      }
    }
  }

  function changeRight(chunk: Chunk, out: ChunkBuilder): void {
    const keyCount = right.schema.key.length
    const columns = chunk.columns.map(column => column.values)
    remember(chunk, keyCount, rows, false)
    for (let row = 0; row < chunk.count; row++) {
      const whole = rowAt(columns, row)
      const found = chunk.nullValues?.[row] === 1 ? undefined : whole.slice(keyCount)
      for (const slot of registrations.find(whole.slice(0, 1))) {
        const stored = registrations.table.row(slot)
        const leftKey = registrations.table.key(slot).slice(1)
        respond(out, leftKey, stored.slice(0, -1), found, Number(stored[leftWidth]), chunk.timestamps[row]!, row)
      }
    }
  }

  return {
    process(port, chunk, emit) {
      const out = new ChunkBuilder(leftKeys, leftWidth + rightNulls.length + 2, false)
      if (port === 0) register(chunk, out)
      else changeRight(chunk, out)
      if (out.count > 0) emit(out.build(chunk))
    },
  }
}
