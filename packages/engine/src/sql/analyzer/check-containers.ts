import {coerceList, nullOf, type ListItem} from '../../expr/coerce.ts'
import type {Expr} from '../../expr/ir.ts'
import {isProblem} from '../../expr/types.ts'
import {INT, printType} from '../../schema/sql-type.ts'
import type * as Ast from '../syntax/ast.ts'
import {checkTyped, coerceTo, type CheckContext} from './checked.ts'
import {describe} from './describe.ts'
import {didYouMean, refuse} from './refusal.ts'

function items(nodes: readonly Ast.Expression[], context: CheckContext): ListItem[] {
  return nodes.map(node => {
    const expr = context.check(node, context)
    return expr === undefined ? {text: describe(node)} : {expr, text: describe(node)}
  })
}

export function checkArray(node: Ast.ArrayConstructor, context: CheckContext): Expr {
  if (node.elements.length === 0)
    refuse(
      'Array constructor cannot be empty. Please supply at least one element (see https://github.com/confluentinc/ksql/issues/4239).',
      node,
    )
  const coerced = coerceList(items(node.elements, context))
  if (coerced === undefined)
    return refuse('Cannot construct an array with all NULL elements', node, 'Give one of them a type: CAST(NULL AS …).')
  if (isProblem(coerced)) return refuse(coerced.problem, node)
  return {kind: 'array', type: {kind: 'ARRAY', element: coerced.type}, elements: coerced.items}
}

export function checkMap(node: Ast.MapConstructor, context: CheckContext): Expr {
  if (node.entries.length === 0)
    refuse(
      'Map constructor cannot be empty. Please supply at least one key value pair (see https://github.com/confluentinc/ksql/issues/4239).',
      node,
    )
  const keys = coerceList(
    items(
      node.entries.map(entry => entry.key),
      context,
    ),
  )
  const values = coerceList(
    items(
      node.entries.map(entry => entry.value),
      context,
    ),
  )
  if (keys === undefined) return refuse('Cannot construct a map with all NULL keys', node)
  if (isProblem(keys)) return refuse(keys.problem, node)
  if (values === undefined)
    return refuse('Cannot construct a map with all NULL values', node, 'Give one of them a type: CAST(NULL AS …).')
  if (isProblem(values)) return refuse(values.problem, node)
  const entries = keys.items.map((key, index) => ({key, value: values.items[index] ?? nullOf(values.type)}))
  return {kind: 'map', type: {kind: 'MAP', key: keys.type, value: values.type}, entries}
}

export function checkStruct(node: Ast.StructConstructor, context: CheckContext): Expr {
  const names = new Set<string>()
  for (const {name} of node.fields) {
    if (names.has(name.text)) refuse(`Duplicate field names found in STRUCT: '${describe(node)}'`, name)
    names.add(name.text)
  }
  const fields = node.fields.map(field =>
    checkTyped(field.value, context, `The field ${field.name.text} of STRUCT is a bare NULL.`),
  )
  const types = node.fields.map(({name}, index) => ({name: name.text, type: fields[index]?.type ?? INT}))
  return {kind: 'struct', type: {kind: 'STRUCT', fields: types}, fields}
}

export function checkSubscript(node: Ast.Subscript, context: CheckContext): Expr {
  const base = checkTyped(node.base, context, 'A bare NULL has no elements.')
  if (base.type.kind === 'ARRAY') {
    const index = context.check(node.index, context)
    if (index !== undefined && index.type.kind !== 'INT' && index.type.kind !== 'BIGINT')
      refuse(`An array is read by an INTEGER index, but ${describe(node.index)} is ${printType(index.type)}.`, node.index)
    return {kind: 'subscript', type: base.type.element, base, index: index ?? nullOf(INT)}
  }
  if (base.type.kind === 'MAP') {
    const index = coerceTo(context.check(node.index, context), base.type.key, node.index)
    return {kind: 'subscript', type: base.type.value, base, index}
  }
  return refuse(`Subscript is only supported on arrays and maps, but ${describe(node.base)} is ${printType(base.type)}.`, node)
}

export function checkField(node: Ast.FieldAccess, context: CheckContext): Expr {
  const base = checkTyped(node.base, context, 'A bare NULL has no fields.')
  const {type} = base
  if (type.kind !== 'STRUCT') return refuse(`Expected STRUCT type, got: ${printType(type)} (${describe(node.base)})`, node.base)
  const index = type.fields.findIndex(field => field.name === node.field.text)
  const field = type.fields[index]
  if (field === undefined) {
    const names = type.fields.map(field => field.name)
    return refuse(
      `Could not find field '${node.field.text}' in '${describe(node.base)}'.`,
      node.field,
      didYouMean(node.field.text, names) ?? `It has: ${names.join(', ')}.`,
    )
  }
  return {kind: 'field', type: field.type, base, index}
}
