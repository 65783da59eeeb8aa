import {must} from '../../base/assert.ts'
import type {WindowedKey} from '../../plan/formats.ts'
import {BIGINT, printType, typesEqual} from '../../schema/sql-type.ts'
import {keySlots, slotColumns, windowOf} from '../logical/columns.ts'
import type {LogicalNode, SourceSlot, UnionNode} from '../logical/node.ts'
import type {Query} from '../syntax/query-ast.ts'
import type {Analysis, Target} from './analysis.ts'
import {keyFormatOf, partitionsOf, repartitionFormat} from './co-partitioning.ts'
import {derivedSource} from './derived.ts'
import type {Relations} from './from.ts'
import {refuse} from './refusal.ts'
import type {Slots} from './scope.ts'
import {unionColumns} from './union.ts'

/** The rows of several streams as what stands behind FROM. */
export function unionRelations(queries: readonly Query[], parts: readonly Analysis[], target: Target, slots: Slots): Relations {
  const [query, part] = [must(queries[0], 'query of a union'), must(parts[0], 'query of a union')]
  for (const [index, {gives}] of parts.entries()) if (gives === 'table') refuseTable(must(queries[index], 'query'))
  const lists = parts.map(({items}) => items)
  const {columns, exprs} = unionColumns(queries, lists, slots)
  const isSameKey = parts.every(other => hasKeyOf(part, other))
  if (!isSameKey && target.kind === 'persistent') refuseKeys(queries, parts)
  const nodes = parts.map(({node}) => (isSameKey ? node : withoutKey(node)))
  const first = must(nodes[0], 'query of a union')
  const places = isSameKey ? keyPlaces(part) : []
  const hidden = isSameKey ? keySlots(first).map(slot => must(slotColumns(first).get(slot), 'key column')) : []
  const key = hidden.map((column, index) => {
    const place = places[index]
    return place === undefined ? {...column, slot: slots.next()} : must(columns[place], 'key column')
  })
  const isKey = (slot: number): boolean => key.some(column => column.slot === slot)
  const node: UnionNode = {
    kind: 'union',
    inputs: nodes.map((input, index) => ({
      node: aligned(input, first, slots, must(queries[index], 'query')),
      exprs: must(exprs[index], 'columns').filter((_, place) => !isKey(must(columns[place], 'column').slot)),
    })),
    key,
    columns: columns.filter(({slot}) => !isKey(slot)),
    rowtime: slots.next(),
  }
  const window = windowOf(first)
  const named = key.flatMap((column, index) => (places[index] === undefined ? [] : [keySlot(column, index)]))
  const own = derivedSource({
    alias: 'UNION',
    span: query.span,
    kind: 'stream',
    first: must(part.relations.scope.sources[0], 'source of a query').source,
    key: named,
    values: node.columns.map((column, index): SourceSlot => ({...column, origin: {kind: 'value', index}})),
    beside: [{slot: node.rowtime, name: 'ROWTIME', type: BIGINT, origin: {kind: 'system', name: 'ROWTIME'}}],
    ...(window === undefined ? {} : {window}),
  })
  return {
    node,
    scope: {slots, sources: [own], isRowkeyAllowed: false},
    key: key.map(({slot}) => ({slot, selectable: [slot], same: [slot]})),
    keyedBy: 'source',
  }
}

const keySlot = (column: Pick<SourceSlot, 'slot' | 'name' | 'type'>, index: number): SourceSlot => ({
  ...column,
  origin: {kind: 'key', index},
})

/** Where the key columns stand in the SELECT list. */
const keyPlaces = ({key, items}: Analysis): readonly (number | undefined)[] =>
  key.map(({item}) => (item === undefined ? undefined : items.indexOf(item)))

function hasKeyOf(first: Analysis, other: Analysis): boolean {
  const types = ({node}: Analysis) => keySlots(node).map(slot => must(slotColumns(node).get(slot), 'key column').type)
  const [left, right] = [types(first), types(other)]
  const areTypesSame = left.length === right.length && left.every((type, index) => typesEqual(type, must(right[index], 'type')))
  return (
    areTypesSame && keyPlaces(first).join() === keyPlaces(other).join() && sameWindow(windowOf(first.node), windowOf(other.node))
  )
}

const sameWindow = (left: WindowedKey | undefined, right: WindowedKey | undefined): boolean =>
  left?.kind === right?.kind && (left?.kind === 'session' || left?.sizeMs === (right?.kind === 'session' ? -1 : right?.sizeMs))

function refuseTable(query: Query): never {
  return refuse(
    'UNION is for streams, and this query gives a table.',
    query,
    'Rows of two tables that have the same key would replace each other; a FULL JOIN on the key shows both.',
  )
}

function refuseKeys(queries: readonly Query[], parts: readonly Analysis[]): never {
  const first = must(parts[0], 'query of a union')
  const index = parts.findIndex(other => !hasKeyOf(first, other))
  const keyOf = (part: Analysis): string => {
    const columns = slotColumns(part.node)
    const types = keySlots(part.node).map(slot => printType(must(columns.get(slot), 'key column').type))
    const places = keyPlaces(part)
    return types.map((type, at) => `${type} in column ${(places[at] ?? -1) + 1}`).join(', ') || 'no key'
  }
  return refuse(
    `The queries of a UNION need the same key in the same columns: found ${keyOf(must(parts[index], 'query'))}, ` +
      `expected ${keyOf(first)} as in the first.`,
    must(queries[index], 'query of a union'),
    'PARTITION BY gives the rows of one of them another key.',
  )
}

function withoutKey(input: LogicalNode): LogicalNode {
  return {
    kind: 'rekey',
    input,
    key: [],
    onNullKey: 'keep',
    needsRepartition: false,
    keepsKey: false,
    keyFormat: keyFormatOf(input),
    partitions: partitionsOf(input),
  }
}

/** Rows of equal keys meet: as many partitions as the first, and keys in its format. */
function aligned(input: LogicalNode, first: LogicalNode, slots: Slots, query: Query): LogicalNode {
  const [own, wanted] = [keyFormatOf(input), keyFormatOf(first)]
  const isPlaced = own.name === wanted.name && JSON.stringify(own.settings) === JSON.stringify(wanted.settings)
  if (partitionsOf(input) === partitionsOf(first) && isPlaced) return input
  if (windowOf(input) !== undefined)
    refuse(
      'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385.',
      query,
    )
  const columns = slotColumns(input)
  const key = keySlots(input).map(slot => must(columns.get(slot), 'key column'))
  return {
    kind: 'rekey',
    input,
    key: key.map(({slot, name, type}) => ({slot: slots.next(), name, type, expr: {kind: 'column', type, index: slot, name}})),
    onNullKey: 'keep',
    needsRepartition: true,
    keepsKey: true,
    keyFormat: repartitionFormat(
      wanted,
      key.map(({type}) => type),
    ),
    partitions: partitionsOf(first),
  }
}
