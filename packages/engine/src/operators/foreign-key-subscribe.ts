import type {ForeignKeyJoinStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {compareValues} from '../state/compare.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import {ChunkBuilder, rowAt} from './chunk-builder.ts'
import {isAllNull, keyColumns, typesOf, type OperatorContext} from './context.ts'
import {rowErrors} from './evaluator.ts'
import {instruction} from './foreign-key-messages.ts'
import type {Operator} from './operator.ts'

/**
 * The left side of a foreign-key join. Remembers the foreign key of each left row (store: left key → foreign key), and sends
 * registrations to the right keys. Rows without a foreign key register nowhere; a left join sends them along all the same,
 * so that results keep the order of the rows.
 */
export function foreignKeySubscriber(step: ForeignKeyJoinStep, context: OperatorContext): Operator {
  const foreignKeyOf = context.evaluator.projection([step.foreignKey])
  const known = context.stores.add(
    new KeyedStore(step.leftStore, {key: typesOf(step.left.schema.key), isWindowed: false, value: [step.foreignKey.type]}),
  )
  const version = context.stores.facts.cell(`${step.id}/version`, 0)
  const keyCount = step.left.schema.key.length
  const leftWidth = step.left.schema.value.length
  const isLeft = step.join === 'left'

  return {
    process(_port, chunk, emit) {
      const keys = keyColumns(chunk, keyCount)
      const mapKeys = known.mapKeys(keys, chunk.count)
      const values = chunk.columns.slice(keyCount).map(column => column.values)
      const [foreignKeys] = foreignKeyOf(chunk, undefined, rowErrors(context.report, step.id, chunk)).map(vector => vector.values)
      const registrations = new ChunkBuilder(1, keyCount + leftWidth + 2, false)
      for (let row = 0; row < chunk.count; row++) {
        if (isAllNull(keys, keyCount, row)) continue
        const slot = known.find(mapKeys[row]!)
        const isOld = slot >= 0
        const old = isOld ? known.table.values[0]![slot]! : null
        const isNew = chunk.nullValues?.[row] !== 1
        const now: Value = isNew ? foreignKeys![row]! : null
        if (!isOld && !isNew) continue
        version.value++

        const key = rowAt(keys, row)
        const left = rowAt(values, row)
        const time = chunk.timestamps[row]!
        const send = (foreignKey: Value, what: number) =>
          registrations.add([foreignKey], [...key, ...left, what, version.value], time, row)

        if (now === null) {
          if (old !== null) send(old, isNew && isLeft ? instruction.move : instruction.remove)
          if (isLeft && isNew) send(null, instruction.unmatched)
          if (isLeft && !isNew && old === null) send(null, instruction.remove)
        } else {
          if (old !== null && compareValues(old, now) !== 0) send(old, instruction.move)
          send(now, old === null ? instruction.putNew : instruction.put)
        }
        if (!isNew) known.remove(mapKeys[row]!, slot)
        else remember(known, mapKeys[row]!, slot, keys, row, now, time)
      }
      if (registrations.count > 0) emit(registrations.build(chunk))
    },
  }
}

function remember(
  known: KeyedStore,
  mapKey: ReturnType<KeyedStore['mapKeys']>[number],
  slot: number,
  keys: Parameters<KeyedStore['add']>[1],
  row: number,
  foreignKey: Value,
  time: number,
): void {
  const at = slot < 0 ? known.add(mapKey, keys, row) : slot
  known.table.touch(at)
  known.table.values[0]![at] = foreignKey
  known.table.times[at] = time
}
