import {must} from '../../base/assert.ts'
import {BIGINT} from '../../schema/sql-type.ts'
import type {Step} from '../../plan/step.ts'
import type {LogicalNode, UnionNode} from '../logical/node.ts'
import {columnAt, place, schemaColumns, type Lowered} from './layout.ts'
import type {Naming} from './naming.ts'

type Lower = (node: LogicalNode, naming: Naming) => Lowered

/** Each input gives the same columns; the rows then pass as they come. */
export function lowerUnion(node: UnionNode, naming: Naming, lower: Lower): Lowered {
  const key = schemaColumns(node.key)
  const schema = {key, value: schemaColumns(node.columns, key)}
  const inputs = node.inputs.map(({node: input, exprs}): Step => {
    const {step, ...slots} = lower(input, naming)
    const {window} = step
    return {
      kind: 'project',
      version: 1,
      id: naming.step('project'),
      schema,
      gives: 'stream',
      ...(window === undefined ? {} : {window}),
      input: step,
      key: key.map((_, index) => index),
      value: exprs.map(expr => place(expr, {step, ...slots})),
    }
  })
  const [first, ...more] = inputs
  const step = more.reduce<Step>(
    (left, right) => {
      const {window} = left
      const shared = {version: 1, schema, gives: 'stream', ...(window === undefined ? {} : {window})} as const
      return {...shared, kind: 'union', id: naming.step('union'), left, right}
    },
    must(first, 'input of a union'),
  )
  return {
    step,
    key: new Map(node.key.map((column, index) => [column.slot, columnAt(column, index)] as const)),
    beside: new Map([[node.rowtime, {kind: 'system', type: BIGINT, name: 'ROWTIME'}]]),
    value: new Map(node.columns.map((column, index) => [column.slot, columnAt(column, key.length + index)] as const)),
  }
}
