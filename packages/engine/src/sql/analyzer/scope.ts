import type {Source} from '../../plan/source.ts'
import {BIGINT, INT, type SqlType} from '../../schema/sql-type.ts'
import type {SystemColumn} from '../../schema/schema.ts'
import type {SlotColumn, SlotOrigin, SourceSlot} from '../logical/node.ts'
import type {ColumnRef} from '../syntax/ast.ts'
import type {Span} from '../syntax/span.ts'
import {asWritten, nameText} from './describe.ts'
import {didYouMean, refuse} from './refusal.ts'

/** The clause that a name stands in: messages begin with it. */
export type Clause = 'SELECT' | 'WHERE' | 'GROUP BY' | 'PARTITION BY' | 'HAVING' | 'ORDER BY' | 'JOIN ON' | 'VALUES'

export type ScopeSource = {
  readonly alias: string
  readonly source: Source
  /** Key columns, value columns, header columns, pseudocolumns. */
  readonly slots: readonly SourceSlot[]
  readonly span: Span
  /** The rows of a sub-query: `source` describes them, but is in no catalog. */
  readonly isDerived?: boolean
}

/** Gives out slots, each number once in a query. */
export type Slots = {readonly next: () => number}

export function createSlots(): Slots {
  let last = -1
  return {next: () => ++last}
}

/** The names that the expressions of one query may use. */
export type Scope = {
  readonly slots: Slots
  readonly sources: readonly ScopeSource[]
  /** The synthetic key of a join without a plain key column, once it is known. */
  readonly syntheticKey?: SlotColumn
  /** `ROWKEY` may stand for the only key column of the only source. */
  readonly isRowkeyAllowed: boolean
}

const pseudoTypes: Readonly<Record<SystemColumn, SqlType>> = {
  ROWTIME: BIGINT,
  ROWPARTITION: INT,
  ROWOFFSET: BIGINT,
  WINDOWSTART: BIGINT,
  WINDOWEND: BIGINT,
}

export function scopeSource(source: Source, alias: string, span: Span, slots: Slots): ScopeSource {
  const slot = (name: string, type: SqlType, origin: SlotOrigin): SourceSlot => ({slot: slots.next(), name, type, origin})
  const pseudo: SystemColumn[] = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET']
  if (source.window !== undefined) pseudo.push('WINDOWSTART', 'WINDOWEND')
  return {
    alias,
    source,
    span,
    slots: [
      ...source.schema.key.map(({name, type}, index) => slot(name, type, {kind: 'key', index})),
      ...source.schema.value.map(({name, type}, index) => slot(name, type, {kind: 'value', index})),
      ...source.headerColumns.map(({name, type, header}) =>
        slot(name, type, header === undefined ? {kind: 'headers'} : {kind: 'headers', header}),
      ),
      ...pseudo.map(name => slot(name, pseudoTypes[name], {kind: 'system', name})),
    ],
  }
}

export const isJoin = (scope: Scope): boolean => scope.sources.length > 1

/** Columns that `*` stands for: all but pseudocolumns. */
export const starColumns = (source: ScopeSource): readonly SourceSlot[] =>
  source.slots.filter(slot => slot.origin.kind !== 'system')

/** The column that a reference names; refuses what is unknown or ambiguous. */
export function resolveColumn(ref: ColumnRef, scope: Scope, clause: Clause): SlotColumn {
  const found = findColumn(ref, scope)
  if (found !== undefined) return found
  const afterwards =
    clause === 'PARTITION BY' || clause === 'GROUP BY'
      ? ` '${ref.name.text}' must be a column in the source schema since ${clause} is applied on the input.`
      : ''
  const known = scope.sources.flatMap(source => source.slots.map(slot => slot.name))
  const written = ref.qualifier === undefined ? ref.name.text : `${ref.qualifier.text}.${ref.name.text}`
  return refuse(`${clause} column '${written}' cannot be resolved.${afterwards}`, ref, didYouMean(ref.name.text, known))
}

function findColumn(ref: ColumnRef, scope: Scope): SlotColumn | undefined {
  if (ref.qualifier !== undefined) return sourceOf(ref.qualifier, scope).slots.find(slot => slot.name === ref.name.text)
  const found = scope.sources.flatMap(source => {
    const slot = source.slots.find(slot => slot.name === ref.name.text)
    return slot === undefined ? [] : [{slot, source}]
  })
  const [first, second] = found
  if (first !== undefined && second !== undefined) {
    const options = found.map(({source}) => `${nameText({text: source.alias})}.${nameText(ref.name)}`)
    refuse(
      `Column '${asWritten(ref)}' is ambiguous. Could be ${options.join(' or ')}.`,
      ref,
      'Put the name of its source before it.',
    )
  }
  return first?.slot ?? synthetic(ref.name.text, scope)
}

function synthetic(name: string, {syntheticKey, isRowkeyAllowed, sources}: Scope): SlotColumn | undefined {
  if (syntheticKey?.name === name) return syntheticKey
  const [only, ...more] = sources
  if (name !== 'ROWKEY' || !isRowkeyAllowed || only === undefined || more.length > 0) return undefined
  const keys = only.slots.filter(slot => slot.origin.kind === 'key')
  return keys.length === 1 ? keys[0] : undefined
}

export function sourceOf(alias: {readonly text: string; readonly span: Span}, scope: Scope): ScopeSource {
  const source = scope.sources.find(source => source.alias === alias.text)
  if (source !== undefined) return source
  const aliases = scope.sources.map(source => source.alias)
  return refuse(`'${alias.text}' is not a valid stream/table name or alias.`, alias, didYouMean(alias.text, aliases))
}

/** The source that a slot comes from. */
export const ownerOf = (slot: number, scope: Scope): ScopeSource | undefined =>
  scope.sources.find(source => source.slots.some(column => column.slot === slot))

/** How messages name a column in a query: always with its source. */
export const qualifiedName =
  (scope: Scope) =>
  (ref: ColumnRef): string => {
    if (ref.qualifier !== undefined) return asWritten(ref)
    const owner = scope.sources.find(source => source.slots.some(slot => slot.name === ref.name.text))
    return owner === undefined ? nameText(ref.name) : `${nameText({text: owner.alias})}.${nameText(ref.name)}`
  }
