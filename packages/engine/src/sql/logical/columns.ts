import {must} from '../../base/assert.ts'
import type {WindowedKey} from '../../plan/formats.ts'
import {BIGINT} from '../../schema/sql-type.ts'
import {firstInput, type LogicalNode, type SlotColumn} from './node.ts'

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
      if (node.bounds !== undefined) {
        into.set(node.bounds.start, {slot: node.bounds.start, name: 'WINDOWSTART', type: BIGINT})
        into.set(node.bounds.end, {slot: node.bounds.end, name: 'WINDOWEND', type: BIGINT})
      }
      return slotColumns(node.input, into)
    case 'compute':
      into.set(node.rowtime, {slot: node.rowtime, name: 'ROWTIME', type: BIGINT})
      for (const column of node.columns) into.set(column.slot, column)
      return slotColumns(node.input, into)
    case 'union':
      into.set(node.rowtime, {slot: node.rowtime, name: 'ROWTIME', type: BIGINT})
      for (const column of [...node.key, ...node.columns]) into.set(column.slot, column)
      return into
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
    case 'union':
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
    case 'union':
      return new Set(keySlots(node))
    case 'rekey':
      return new Set([...keySlots(node), ...(node.keepsKey ? slotsInKey(node.input) : [])])
    case 'join':
      return node.key === undefined ? slotsInKey(node.left) : new Set([node.key.slot, ...node.sameAsKey])
    default:
      return slotsInKey(node.input)
  }
}

/** Whether the rows are records of a source as they came, with their record time. */
export function isOverOneSource(node: LogicalNode): boolean {
  if (node.kind === 'source' || node.kind === 'union') return true
  return node.kind !== 'join' && node.kind !== 'aggregate' && isOverOneSource(node.input)
}

/** STREAM or TABLE: what a node's rows are. */
export function givesOf(node: LogicalNode): 'stream' | 'table' {
  switch (node.kind) {
    case 'source':
      return node.source.kind
    case 'aggregate':
      return 'table'
    case 'union':
      return 'stream'
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
    case 'union':
      return windowOf(firstInput(node))
    default:
      return windowOf(node.input)
  }
}
