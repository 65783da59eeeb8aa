import type {ForeignKeyJoinStep} from '../plan/step.ts'
import {BIGINT, INT} from '../schema/sql-type.ts'
import {KeyedStore} from '../state/keyed-store.ts'
import {ChunkBuilder, rowAt} from './chunk-builder.ts'
import {typesOf, type OperatorContext} from './context.ts'
import type {Operator} from './operator.ts'
import {withBefore} from './session-aggregate.ts'

export const resolverStoreName = (step: ForeignKeyJoinStep): string => `${step.leftStore}-results`

/**
 * Takes the responses of a foreign-key join in and gives the changes of the joined table. Store: left key → last result,
 * whether it is a row, and its version; entries stay after a row is gone, since an overtaken response may still come.
 */
export function foreignKeyResolver(step: ForeignKeyJoinStep, context: OperatorContext): Operator {
  const keyCount = step.schema.key.length
  const width = step.schema.value.length
  const results = context.stores.add(
    new KeyedStore(resolverStoreName(step), {
      key: typesOf(step.schema.key),
      isWindowed: false,
      value: [...(context.wantsBefore ? typesOf(step.schema.value) : []), INT, BIGINT],
    }),
  )
  return {
    process(_port, chunk, emit) {
      const keys = chunk.columns.slice(0, keyCount).map(column => column.values)
      const values = chunk.columns.slice(keyCount, keyCount + width).map(column => column.values)
      const [founds, versions] = chunk.columns.slice(keyCount + width).map(column => column.values)
      const mapKeys = results.mapKeys(keys, chunk.count)
      const now = new ChunkBuilder(keyCount, width, false)
      const was = new ChunkBuilder(keyCount, width, false)
      for (let row = 0; row < chunk.count; row++) {
        const version = Number(versions![row])
        let slot = results.find(mapKeys[row]!)
        const last = slot < 0 ? undefined : results.table.row(slot)
        if (last !== undefined && version < Number(last[last.length - 1])) continue
        const key = rowAt(keys, row)
        const found = founds![row] === 1 ? rowAt(values, row) : undefined
        const time = chunk.timestamps[row]!
        now.add(key, found, time, row)
        if (context.wantsBefore) was.add(key, last?.[width] === 1 ? last.slice(0, width) : undefined, time, row)
        if (slot < 0) slot = results.add(mapKeys[row]!, keys, row)
        results.table.touch(slot)
        results.table.setRow(slot, [...(context.wantsBefore ? rowAt(values, row) : []), found === undefined ? 0 : 1, version])
        results.table.times[slot] = time
      }
      if (now.count > 0) emit(withBefore(now.build(chunk), was.build(undefined), context.wantsBefore))
    },
  }
}
