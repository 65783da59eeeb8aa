import {EngineError} from '../base/errors.ts'
import {partsOf} from '../expr/references.ts'
import type {Expr} from '../expr/ir.ts'
import {columnsOf, type Column, type Schema} from '../schema/schema.ts'
import {printType, typesEqual} from '../schema/sql-type.ts'
import {inputsOf} from './plan-sources.ts'
import type {PersistentPlan} from './query-plan.ts'
import type {Step} from './step.ts'

/** Refuses (STATE_CORRUPT) a plan whose parts do not fit together: columns that are not there, types that differ, ids used twice. */
export function validatePlan(plan: PersistentPlan): void {
  validateSteps(plan.root)
  sameColumns(plan.root.schema.key, plan.sink.schema.key, 'sink', 'key')
  sameColumns(plan.root.schema.value, plan.sink.schema.value, 'sink', 'value')
}

function validateSteps(root: Step): void {
  const ids = new Set<string>()
  const visit = (step: Step): void => {
    if (step.version !== 1) fail(step.id, `has version ${String(step.version)}; this engine reads 1`)
    if (ids.has(step.id)) fail(step.id, 'is there twice')
    ids.add(step.id)
    inputsOf(step).forEach(visit)
    validateStep(step)
  }
  visit(root)
}

function validateStep(step: Step): void {
  switch (step.kind) {
    case 'source':
      return
    case 'filter':
      validateExpr(step.where, step.input.schema, step.id)
      return sameSchema(step.input.schema, step.schema, step.id)
    case 'suppress':
    case 'distinct':
      return sameSchema(step.input.schema, step.schema, step.id)
    case 'project': {
      const columns = columnsOf(step.input.schema)
      step.schema.key.forEach((column, index) => sameType(columns[step.key[index] ?? -1], column, step.id))
      return validateValues(step.value, step.schema.value, step.input.schema, step.id)
    }
    case 'flat-map': {
      for (const {args} of step.functions) for (const arg of args) validateExpr(arg, step.input.schema, step.id)
      const added = step.functions.map(({type}, index) => ({name: String(index), type}))
      return sameTypes([...step.input.schema.value, ...added], step.schema.value, step.id)
    }
    case 'rekey':
      validateValues(step.key, step.schema.key, step.input.schema, step.id)
      return sameTypes(step.input.schema.value, step.schema.value, step.id)
    case 'aggregate': {
      for (const {args} of step.aggregations) for (const arg of args) validateExpr(arg, step.input.schema, step.id)
      const columns = columnsOf(step.input.schema)
      const carried = step.carried.map(index => columns[index] ?? fail(step.id, `carries column ${index}, which is not there`))
      const results = step.aggregations.map(({type}, index) => ({name: String(index), type}))
      sameTypes(step.input.schema.key, step.schema.key, step.id)
      return sameTypes([...carried, ...results], step.schema.value, step.id)
    }
    case 'union':
      sameSchema(step.left.schema, step.schema, step.id)
      return sameSchema(step.right.schema, step.schema, step.id)
    default:
      return validateJoin(step)
  }
}

function validateJoin(step: Extract<Step, {leftStore: string} | {rightStore: string}>): void {
  sameTypes(step.left.schema.key, step.schema.key, step.id)
  sameTypes([...step.left.schema.value, ...step.right.schema.value], step.schema.value, step.id)
  if (step.kind === 'foreign-key-join') {
    validateExpr(step.foreignKey, step.left.schema, step.id)
    return sameTypes([{name: 'foreign key', type: step.foreignKey.type}], step.right.schema.key, step.id)
  }
  return sameTypes(step.left.schema.key, step.right.schema.key, step.id)
}

function validateValues(exprs: readonly Expr[], columns: readonly Column[], input: Schema, id: string): void {
  for (const expr of exprs) validateExpr(expr, input, id)
  sameTypes(
    exprs.map((expr, index) => ({name: String(index), type: expr.type})),
    columns,
    id,
  )
}

function validateExpr(expr: Expr, input: Schema, id: string): void {
  if (expr.kind === 'column') sameType(columnsOf(input)[expr.index], expr, id)
  for (const part of partsOf(expr)) validateExpr(part, input, id)
}

function sameSchema(left: Schema, right: Schema, id: string): void {
  sameColumns(left.key, right.key, id, 'key')
  sameColumns(left.value, right.value, id, 'value')
}

function sameColumns(left: readonly Column[], right: readonly Column[], id: string, part: string): void {
  sameTypes(left, right, id)
  const other = left.find((column, index) => column.name !== right[index]?.name)
  if (other !== undefined) fail(id, `has another name for the ${part} column ${other.name}`)
}

function sameTypes(left: readonly Column[], right: readonly Column[], id: string): void {
  if (left.length !== right.length) fail(id, `has ${right.length} columns instead of ${left.length}`)
  left.forEach((column, index) => sameType(right[index], column, id))
}

function sameType(found: Column | undefined, wanted: Column, id: string): void {
  if (found === undefined) return fail(id, `reads the column ${wanted.name}, which is not there`)
  if (!typesEqual(found.type, wanted.type))
    fail(id, `reads ${found.name} as ${printType(wanted.type)}, but it is ${printType(found.type)}`)
}

function fail(id: string, problem: string): never {
  throw new EngineError('STATE_CORRUPT', `plan: step ${id} ${problem}`)
}
