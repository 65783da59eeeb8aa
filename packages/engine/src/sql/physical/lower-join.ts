import {must} from '../../base/assert.ts'
import type {Expr} from '../../expr/ir.ts'
import type {Step} from '../../plan/step.ts'
import type {JoinNode, LogicalNode} from '../logical/node.ts'
import {columnAt, place, schemaColumns, type Lowered} from './layout.ts'
import {storeName, type Naming} from './naming.ts'

type Lower = (node: LogicalNode, naming: Naming) => Lowered

export function lowerJoin(node: JoinNode, naming: Naming, lower: Lower): Lowered {
  const left = lower(node.left, naming)
  const right = lower(node.right, naming)
  const step = joinStep(node, left, right, naming)
  const keyCount = step.schema.key.length
  const leftCount = left.step.schema.value.length
  const value = new Map<number, Expr>()
  for (const [slot, expr] of left.value) value.set(slot, moved(expr, keyCount - left.step.schema.key.length))
  for (const [slot, expr] of right.value) value.set(slot, moved(expr, keyCount + leftCount - right.step.schema.key.length))
  return {step, key: keyLayout(node, left), beside: new Map(), value}
}

const moved = (expr: Expr, by: number): Expr => (expr.kind === 'column' ? {...expr, index: expr.index + by} : expr)

function keyLayout(node: JoinNode, left: Lowered): ReadonlyMap<number, Expr> {
  if (node.key === undefined) return left.key
  const {key} = node
  return new Map([key.slot, ...node.sameAsKey].map(slot => [slot, columnAt(key, 0)] as const))
}

function joinStep(node: JoinNode, left: Lowered, right: Lowered, naming: Naming): Step {
  const key = node.key === undefined ? left.step.schema.key : schemaColumns([node.key])
  const value = schemaColumns([...left.step.schema.value, ...right.step.schema.value], key)
  const {window} = left.step
  const sides = {left: left.step, right: right.step}
  const shared = <K extends Step['kind']>(kind: K, gives: 'stream' | 'table') => {
    const id = naming.step(kind)
    return {kind, version: 1 as const, id, schema: {key, value}, gives, ...(window === undefined ? {} : {window}), ...sides}
  }
  switch (node.of) {
    case 'stream-stream': {
      const within = must(node.within, 'WITHIN of a stream-stream join')
      const step = shared('stream-stream-join', 'stream')
      return {...step, join: node.join, ...within, ...stores(step.id)}
    }
    case 'stream-table': {
      const step = shared('stream-table-join', 'stream')
      return {...step, join: innerOrLeft(node), rightStore: storeName(step.id, 'right')}
    }
    case 'table-table': {
      const step = shared('table-table-join', 'table')
      return {...step, join: node.join, ...stores(step.id)}
    }
    case 'foreign-key': {
      const step = shared('foreign-key-join', 'table')
      const foreignKey = place(must(node.foreignKey, 'foreign key'), left)
      return {...step, join: innerOrLeft(node), foreignKey, ...stores(step.id)}
    }
  }
}

const innerOrLeft = (node: JoinNode): 'inner' | 'left' => (node.join === 'left' ? 'left' : 'inner')

const stores = (id: string) => ({leftStore: storeName(id, 'left'), rightStore: storeName(id, 'right')})
