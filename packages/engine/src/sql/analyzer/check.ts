import {coerceList, nullOf, type ListItem} from '../../expr/coerce.ts'
import {castFunction, unsupportedCast} from '../../expr/cast.ts'
import type {CompareOperator, Expr} from '../../expr/ir.ts'
import {arithmeticType, compareOperandType, concatType, isNumeric, isProblem} from '../../expr/types.ts'
import {BOOLEAN, VARCHAR, printType} from '../../schema/sql-type.ts'
import type * as Ast from '../syntax/ast.ts'
import {checkCall, withoutTableFunctions} from './check-call.ts'
import {checkArray, checkField, checkMap, checkStruct, checkSubscript} from './check-containers.ts'
import {checkLiteral} from './check-literal.ts'
import {accept, checkTyped, coerceTo, typeText, type CheckContext, type Checked} from './checked.ts'
import {describe} from './describe.ts'
import {magicTimestamp} from './magic-timestamp.ts'
import {refuse} from './refusal.ts'
import {resolveType} from './resolve-type.ts'

/** Gives an expression its types, with every implicit conversion written out; refuses what does not fit. */
export function check(node: Ast.Expression, context: CheckContext): Checked {
  switch (node.kind) {
    case 'ColumnRef':
      return checkColumn(node, context)
    case 'Parameter':
      return refuse(`No value was given for the parameter ${describe(node)}.`, node)
    case 'Unary':
      return checkUnary(node, context)
    case 'Binary':
      return checkBinary(node, context)
    case 'Not':
      return {kind: 'not', type: BOOLEAN, operand: checkCondition(node.operand, context)}
    case 'Logical':
      return {
        kind: node.op === 'AND' ? 'and' : 'or',
        type: BOOLEAN,
        left: checkCondition(node.left, context),
        right: checkCondition(node.right, context),
      }
    case 'Comparison':
      return compare(node.op, node.left, node.right, context, node)
    case 'Between':
      return checkBetween(node, context)
    case 'In':
      return checkIn(node, context)
    case 'Like':
      return checkLike(node, context)
    case 'IsNull':
      return {kind: 'is-null', type: BOOLEAN, operand: check(node.operand, context) ?? nullOf(VARCHAR), isNegated: node.isNegated}
    case 'Case':
      return checkCase(node, context)
    case 'Cast':
      return checkCast(node, context)
    case 'FunctionCall':
      return checkCall(node, context)
    case 'Lambda':
      return refuse('A lambda may only stand as an argument of a function.', node)
    case 'ArrayConstructor':
      return checkArray(node, context)
    case 'MapConstructor':
      return checkMap(node, context)
    case 'StructConstructor':
      return checkStruct(node, context)
    case 'Subscript':
      return checkSubscript(node, context)
    case 'FieldAccess':
      return checkField(node, context)
    default:
      return checkLiteral(node)
  }
}

function checkColumn(node: Ast.ColumnRef, context: CheckContext): Expr {
  if (node.qualifier === undefined) {
    const variable = context.variables.findLast(parameter => parameter.name === node.name.text)
    if (variable !== undefined) return {kind: 'parameter', type: variable.type, slot: variable.slot, name: variable.name}
  }
  return context.column(node)
}

/** An operand of AND, OR, NOT, or a condition: BOOLEAN. */
function checkCondition(node: Ast.Expression, context: CheckContext): Expr {
  const checked = check(node, context)
  if (checked === undefined) return nullOf(BOOLEAN)
  if (checked.type.kind === 'BOOLEAN') return checked
  return refuse(`Should evaluate to boolean but is ${describe(node)} (${printType(checked.type)}) instead.`, node)
}

function checkUnary(node: Ast.Unary, context: CheckContext): Expr {
  const operand = checkTyped(node.operand, context, `Unsupported unary operator ${node.op} on NULL.`)
  if (!isNumeric(operand.type))
    refuse(`The operator ${node.op} needs a number, but ${describe(node.operand)} is ${printType(operand.type)}.`, node)
  return node.op === '+' ? operand : {kind: 'negate', type: operand.type, operand}
}

function checkBinary(node: Ast.Binary, context: CheckContext): Expr {
  const left = check(node.left, context)
  const right = check(node.right, context)
  const fail = (reason: string): never => refuse(`Error processing expression: ${describe(node)}. ${reason}`, node)
  if (left === undefined || right === undefined)
    return fail(`Arithmetic on types ${typeText(left)} and ${typeText(right)} are not supported.`)
  if (node.op === '||') {
    const type = concatType(left.type, right.type)
    return isProblem(type) ? fail(type.problem) : {kind: 'concat', type, left, right}
  }
  const typed = arithmeticType(node.op, left.type, right.type)
  if (isProblem(typed)) return fail(typed.problem)
  const sides = {left: coerceTo(left, typed.left, node.left), right: coerceTo(right, typed.right, node.right)}
  return typed.kind === 'concat'
    ? {kind: 'concat', type: typed.result, ...sides}
    : {kind: 'arithmetic', type: typed.result, operator: node.op, ...sides}
}

const compareOperators: Readonly<Record<Ast.ComparisonOp, CompareOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  'IS DISTINCT FROM': 'is-distinct',
  'IS NOT DISTINCT FROM': 'is-not-distinct',
}

function compare(
  op: Ast.ComparisonOp,
  leftNode: Ast.Expression,
  rightNode: Ast.Expression,
  context: CheckContext,
  node: Ast.Node,
): Expr {
  const operator = compareOperators[op]
  const [left, right] = magicTimestamp([check(leftNode, context), leftNode], [check(rightNode, context), rightNode])
  if (left === undefined || right === undefined) {
    if (operator === 'is-distinct' || operator === 'is-not-distinct') return nullSafe(operator, left, right)
    const side = (checked: Checked): string => (checked === undefined ? 'NULL' : printType(checked.type))
    const message = `Comparison with NULL not supported: ${side(left)} ${op} ${side(right)}`
    return refuse(message, node, "Use 'IS NULL' or 'IS NOT NULL' instead.")
  }
  const type = accept(compareOperandType(operator, left.type, right.type, describe(leftNode), describe(rightNode)), node)
  return {kind: 'compare', type: BOOLEAN, operator, left: coerceTo(left, type, leftNode), right: coerceTo(right, type, rightNode)}
}

function nullSafe(operator: CompareOperator, left: Checked, right: Checked): Expr {
  const type = left?.type ?? right?.type ?? VARCHAR
  return {kind: 'compare', type: BOOLEAN, operator, left: left ?? nullOf(type), right: right ?? nullOf(type)}
}

/** Both bounds are compared as `>=` and `<=` are, and meet the operand in one type. */
function checkBetween(node: Ast.Between, context: CheckContext): Expr {
  const low = compare('>=', node.operand, node.low, context, node)
  const high = compare('<=', node.operand, node.high, context, node)
  if (low.kind !== 'compare' || high.kind !== 'compare') return refuse('BETWEEN needs values that can be ordered.', node)
  const type = accept(compareOperandType('<=', low.left.type, high.left.type, describe(node.low), describe(node.high)), node)
  const [operand, from, to] = [
    coerceTo(low.left, type, node),
    coerceTo(low.right, type, node.low),
    coerceTo(high.right, type, node.high),
  ]
  return {kind: 'between', type: BOOLEAN, operand, low: from, high: to, isNegated: node.isNegated}
}

const listItem = (node: Ast.Expression, context: CheckContext): ListItem => {
  const expr = check(node, context)
  return expr === undefined ? {text: describe(node)} : {expr, text: describe(node)}
}

function checkIn(node: Ast.In, context: CheckContext): Expr {
  const coerced = coerceList([node.operand, ...node.list].map(part => listItem(part, context)))
  if (coerced === undefined) return refuse('Invalid Predicate: all values of IN are NULL.', node)
  if (isProblem(coerced)) return refuse(`Invalid Predicate: ${coerced.problem}`, node)
  const [operand = nullOf(coerced.type), ...list] = coerced.items
  return {kind: 'in', type: BOOLEAN, operand, list, isNegated: node.isNegated}
}

function checkLike(node: Ast.Like, context: CheckContext): Expr {
  const text = (part: Ast.Expression): Expr => {
    const checked = check(part, context) ?? nullOf(VARCHAR)
    return checked.type.kind === 'VARCHAR'
      ? checked
      : refuse(`Like condition must be between strings, but ${describe(part)} is ${printType(checked.type)}.`, part)
  }
  if (node.escape !== undefined && [...node.escape.value].length !== 1)
    refuse(`Expected a single escape character, got '${node.escape.value}'.`, node.escape)
  return {
    kind: 'like',
    type: BOOLEAN,
    operand: text(node.operand),
    pattern: text(node.pattern),
    isNegated: node.isNegated,
    ...(node.escape === undefined ? {} : {escape: node.escape.value}),
  }
}

function checkCase(node: Ast.Case, outer: CheckContext): Expr {
  const {operand} = node
  const context = {...outer, special: withoutTableFunctions(outer.special)}
  const whens = node.branches.map(branch => {
    if (operand !== undefined) return compare('=', operand, branch.when, context, branch.when)
    const when = check(branch.when, context) ?? nullOf(BOOLEAN)
    if (when.type.kind === 'BOOLEAN') return when
    return refuse(
      `WHEN operand type should be boolean.\nType for '${describe(branch.when)}' is ${printType(when.type)}`,
      branch.when,
    )
  })
  const results = [...node.branches.map(branch => branch.then), ...(node.otherwise === undefined ? [] : [node.otherwise])]
  const coerced = coerceList(results.map(part => listItem(part, context)))
  if (coerced === undefined)
    return refuse(
      'Invalid Case expression. All case branches have a NULL type.',
      node,
      'Give one of them a type: CAST(NULL AS …).',
    )
  if (isProblem(coerced)) return refuse(`Invalid Case expression. ${coerced.problem}`, node)
  const branches = whens.map((when, index) => ({when, then: coerced.items[index] ?? nullOf(coerced.type)}))
  const otherwise = node.otherwise === undefined ? undefined : coerced.items.at(-1)
  return {kind: 'case', type: coerced.type, branches, ...(otherwise === undefined ? {} : {otherwise})}
}

function checkCast(node: Ast.Cast, context: CheckContext): Expr {
  const type = resolveType(node.type, context.env.catalog)
  const operand = check(node.operand, context)
  if (operand === undefined) return nullOf(type)
  if (castFunction(operand.type, type) === undefined)
    refuse(
      `${context.clause === 'SELECT' ? 'Invalid Select: ' : ''}${unsupportedCast(printType(operand.type), printType(type))}`,
      node,
    )
  return {kind: 'cast', type, operand}
}
