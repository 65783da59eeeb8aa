import type {Source} from '../../plan/source.ts'
import type {SourceSlot} from '../logical/node.ts'
import type {Span} from '../syntax/span.ts'
import {refuseDuplicates} from './result-schema.ts'
import type {ScopeSource, Slots} from './scope.ts'
import type {Item} from './select-items.ts'

/** The result of a sub-query as a source of the query around it. `first` is the first source that it reads. */
export type Derived = {
  readonly alias: string
  readonly span: Span
  readonly kind: Source['kind']
  readonly first: Source
  readonly key: readonly SourceSlot[]
  readonly values: readonly SourceSlot[]
  readonly beside: readonly SourceSlot[]
  readonly window?: NonNullable<Source['window']>
}

export function derivedSource({alias, span, kind, first, key, values, beside, window}: Derived): ScopeSource {
  const column = ({name, type}: SourceSlot) => ({name, type})
  const source: Source = {
    name: alias,
    kind,
    schema: {key: key.map(column), value: values.map(column)},
    topic: first.topic,
    partitions: first.partitions,
    formats: first.formats,
    headerColumns: [],
    isReadOnly: true,
    statement: '',
    ...(window === undefined ? {} : {window}),
  }
  return {alias, source, span, slots: [...key, ...values, ...beside], isDerived: true}
}

/** Items as columns: a plain column keeps its slot, anything else gets one, in which `computed` puts it. */
export function itemSlots(items: readonly Item[], slots: Slots) {
  refuseDuplicates(items)
  const columns = items.map(({name, expr}) => ({
    name,
    type: expr.type,
    expr,
    slot: expr.kind === 'column' ? expr.index : slots.next(),
  }))
  return {columns, computed: columns.filter(({expr}) => expr.kind !== 'column')}
}
