import type {LogicalNode} from '../logical/node.ts'
import type {Span} from '../syntax/span.ts'
import type {Relations} from './from.ts'
import type {Item} from './select-items.ts'

/** What a query is for. */
export type Target =
  /** `sinkName` in messages; `statement`: what the statement calls itself. */
  | {readonly kind: 'persistent'; readonly sinkName: string; readonly statement: string; readonly span: Span}
  | {readonly kind: 'push'}

/** A query understood: rows, and the columns of its result in the order of the SELECT list. */
export type Analysis = {
  readonly relations: Relations
  /** Everything below the final projection. */
  readonly node: LogicalNode
  readonly items: readonly Item[]
  /** The key of the rows, each column with the item that selects it; `undefined` where none does. */
  readonly key: readonly ResultKey[]
  /** Items that are not the key. */
  readonly values: readonly Item[]
  readonly gives: 'stream' | 'table'
  /** PARTITION BY NULL. */
  readonly isKeyless: boolean
}

export type ResultKey = {readonly slot: number; readonly item: Item | undefined}
