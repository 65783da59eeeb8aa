import {must} from '../../base/assert.ts'
import type {WindowedKey} from '../../plan/formats.ts'
import {BIGINT} from '../../schema/sql-type.ts'
import type {LogicalNode, SlotColumn} from './node.ts'

/** Every slot that arises in a tree, with its name and type. */
export function slotColumns(node: LogicalNode, into: Map<number, SlotColumn> = new Map()): Map<number, SlotColumn> {
  switch (node.kind) {
    case 'source':
      for (const slot of node.slots) into.set(slot.slot, slot)
      return into
    case 'join':
      slotColumns(node.left, into)
      slotColumns(node.right, into)
      if (node.key !== undefined) into.set(node.key.slot, node.key)
      return into
    case 'flat-map':
      for (const call of node.calls) into.set(call.slot, call)
      return slotColumns(node.input, into)
    case 'aggregate':
      for (const call of node.aggregations) into.set(call.slot, call)
      return slotColumns(node.input, into)
    case 'compute':
      into.set(node.rowtime, {slot: node.rowtime, name: 'ROWTIME', type: BIGINT})
      for (const column of node.columns) into.set(column.slot, column)
      return slotColumns(node.input, into)
    case 'rekey':
      for (const column of node.key) into.set(column.slot, column)
      return slotColumns(node.input, into)
    default:
      return slotColumns(node.input, into)
  }
}

/** The slots that the key of a node's rows holds, in order. */
export function keySlots(node: LogicalNode): readonly number[] {
  switch (node.kind) {
    case 'source':
      return node.source.schema.key.map((_, index) => {
        const slot = node.slots.find(slot => slot.origin.kind === 'key' && slot.origin.index === index)
        return must(slot, 'slot of a key column').slot
      })
    case 'rekey':
      return node.key.map(column => column.slot)
    case 'join':
      return node.key === undefined ? keySlots(node.left) : [node.key.slot]
    default:
      return keySlots(node.input)
  }
}

/** All slots that can be read from the key. */
export function slotsInKey(node: LogicalNode): ReadonlySet<number> {
  switch (node.kind) {
    case 'source':
      return new Set(keySlots(node))
    case 'rekey':
      return new Set([...keySlots(node), ...(node.keepsKey ? slotsInKey(node.input) : [])])
    case 'join':
      return node.key === undefined ? slotsInKey(node.left) : new Set([node.key.slot, ...node.sameAsKey])
    default:
      return slotsInKey(node.input)
  }
}

/** Whether the record time of the rows is that of the rows of the one source below. */
export function isOverOneSource(node: LogicalNode): boolean {
  if (node.kind === 'source') return true
  return node.kind !== 'join' && node.kind !== 'aggregate' && isOverOneSource(node.input)
}

/** STREAM or TABLE: what a node's rows are. */
export function givesOf(node: LogicalNode): 'stream' | 'table' {
  switch (node.kind) {
    case 'source':
      return node.source.kind
    case 'aggregate':
      return 'table'
    case 'join':
      return node.of === 'stream-stream' || node.of === 'stream-table' ? 'stream' : 'table'
    default:
      return givesOf(node.input)
  }
}

/** The window that the key of a node's rows carries. */
export function windowOf(node: LogicalNode): WindowedKey | undefined {
  switch (node.kind) {
    case 'source':
      return node.source.window
    case 'aggregate': {
      const {over} = node
      return over && (over.kind === 'session' ? {kind: over.kind} : {kind: over.kind, sizeMs: over.sizeMs})
    }
    case 'rekey':
      return undefined
    case 'join':
      return windowOf(node.left)
    default:
      return windowOf(node.input)
  }
}
