import {must} from '../../base/assert.ts'
import {printType, quoteName} from '../../schema/sql-type.ts'
import type {Schema} from '../../schema/schema.ts'
import type {Analysis} from './analysis.ts'
import {refuse} from './refusal.ts'
import type {Item} from './select-items.ts'

/** The columns that a persistent query writes. */
export function resultSchema({key, values}: Analysis): Schema {
  return {
    key: key.map(({item}) => {
      const {name, expr} = must(item, 'item of a key column')
      return {name, type: expr.type}
    }),
    value: values.map(({name, expr}) => ({name, type: expr.type})),
  }
}

export function refuseDuplicates(items: readonly Item[]): void {
  const seen = new Set<string>()
  for (const {name, expr, span} of items) {
    if (seen.has(name))
      refuse(
        `Duplicate value columns found in schema: ${quoteName(name)} ${printType(expr.type)}`,
        span,
        'Give one of them another name: AS ….',
      )
    seen.add(name)
  }
}

export function refuseNoValues({values}: Analysis, span: Item['span']): void {
  if (values.length === 0)
    refuse('The projection contains no value columns.', span, 'AS_VALUE(key) copies a key column into the value.')
}
