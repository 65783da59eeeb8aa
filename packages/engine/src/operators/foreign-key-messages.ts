import {must} from '../base/assert.ts'
import type {ForeignKeyJoinStep} from '../plan/step.ts'
import {BIGINT, INT} from '../schema/sql-type.ts'
import type {Column, Schema} from '../schema/schema.ts'

/**
 * A foreign-key join sends two kinds of rows through internal topics. A *registration* goes to the partition of the
 * right key: the whole left row, what to do with it, and its version. A *response* comes back to the partition of the
 * left key: the joined row, or that there is none. Versions grow with each change of the left side; a response with an
 * older version than the last one came too late, because the left row has moved to another foreign key.
 */
export const instruction = {
  /** Keep the registration; respond with the joined row, or with a tombstone where an inner join finds nothing. */
  put: 1,
  /** As `put`, but an inner join that finds nothing stays silent: there was no result before. */
  putNew: 2,
  /** Forget the registration: the row has moved to another foreign key, which responds. */
  move: 3,
  /** Forget the registration and respond with a tombstone: the row is gone. */
  remove: 4,
  /** Nothing to keep, there is no foreign key: respond with the unmatched row. */
  unmatched: 5,
} as const

/** Key: the foreign key. Value: left key, left value columns, instruction, version. */
export function registrationSchema(step: ForeignKeyJoinStep): Schema {
  const key = must(step.right.schema.key[0], `key of the right side of ${step.id}`)
  return {
    key: [{name: 'FOREIGN_KEY', type: key.type}],
    value: [
      ...numbered('LEFT_KEY', step.left.schema.key),
      ...numbered('LEFT', step.left.schema.value),
      {name: 'INSTRUCTION', type: INT},
      {name: 'VERSION', type: BIGINT},
    ],
  }
}

/** Key: the left key. Value: left value columns, right value columns, 1 for a row or 0 for a tombstone, version. */
export function responseSchema(step: ForeignKeyJoinStep): Schema {
  return {
    key: numbered('LEFT_KEY', step.left.schema.key),
    value: [
      ...numbered('LEFT', step.left.schema.value),
      ...numbered('RIGHT', step.right.schema.value),
      {name: 'FOUND', type: INT},
      {name: 'VERSION', type: BIGINT},
    ],
  }
}

const numbered = (prefix: string, columns: readonly Column[]): Column[] =>
  columns.map((column, i) => ({name: `${prefix}_${i}`, type: column.type}))
