import {assertNever} from '../../base/assert.ts'
import type {Case, Expression, FunctionCall, Identifier, Lambda, TypeNode} from './ast.ts'

/** How tight an expression holds together: one that is looser than its place needs gets parentheses. */
const power = {or: 1, and: 2, not: 3, predicate: 4, concat: 5, sum: 6, product: 7, unary: 8, primary: 9} as const

export function printIdentifier({text, isQuoted}: Identifier): string {
  return isQuoted ? `\`${text.replaceAll('`', '``')}\`` : text
}

export function printString(value: string): string {
  return `'${value.replaceAll(`'`, `''`)}'`
}

export function printList<Part>(parts: readonly Part[], print: (part: Part) => string): string {
  return parts.map(print).join(', ')
}

/** Text that parses to the same expression. */
export function printExpression(expression: Expression): string {
  return printAt(expression, power.or)
}

/** As `printExpression`, with parentheses around what is looser than `||`. */
export function printValue(expression: Expression): string {
  return printAt(expression, power.concat)
}

/** What can stand before `->`. */
export function printOperand(expression: Expression): string {
  return printAt(expression, power.primary)
}

function printAt(expression: Expression, least: number): string {
  const text = printBare(expression)
  return powerOf(expression) < least ? `(${text})` : text
}

function powerOf(expression: Expression): number {
  switch (expression.kind) {
    case 'Logical':
      return expression.op === 'OR' ? power.or : power.and
    case 'Not':
      return power.not
    case 'Comparison':
    case 'Between':
    case 'In':
    case 'Like':
    case 'IsNull':
      return power.predicate
    case 'Binary':
      return binaryPower(expression.op)
    case 'Unary':
      return power.unary
    default:
      return power.primary
  }
}

function binaryPower(op: string): number {
  return op === '||' ? power.concat : op === '+' || op === '-' ? power.sum : power.product
}

function printBare(expression: Expression): string {
  switch (expression.kind) {
    case 'NullLiteral':
      return 'NULL'
    case 'BooleanLiteral':
      return expression.value ? 'TRUE' : 'FALSE'
    case 'IntegerLiteral':
    case 'DecimalLiteral':
    case 'DoubleLiteral':
      return expression.text
    case 'StringLiteral':
      return printString(expression.value)
    case 'TypedLiteral':
      return `${printIdentifier(expression.type)} ${printString(expression.value)}`
    case 'Parameter':
      return typeof expression.name === 'number' ? `$${expression.name}` : `:${expression.name}`
    case 'ColumnRef':
      return expression.qualifier === undefined
        ? printIdentifier(expression.name)
        : `${printIdentifier(expression.qualifier)}.${printIdentifier(expression.name)}`
    case 'FunctionCall':
      return printCall(expression)
    case 'Lambda':
      return printLambda(expression)
    case 'Subscript':
      return `${printSubscripted(expression.base)}[${printExpression(expression.index)}]`
    case 'FieldAccess':
      return `${printOperand(expression.base)}->${printIdentifier(expression.field)}`
    case 'Cast':
      return `CAST(${printExpression(expression.operand)} AS ${printType(expression.type)})`
    case 'ArrayConstructor':
      return `ARRAY[${printList(expression.elements, printExpression)}]`
    case 'MapConstructor':
      return `MAP(${printList(expression.entries, ({key, value}) => `${printExpression(key)} := ${printExpression(value)}`)})`
    case 'StructConstructor':
      return `STRUCT(${printList(expression.fields, ({name, value}) => `${printIdentifier(name)} := ${printExpression(value)}`)})`
    case 'Case':
      return printCase(expression)
    default:
      return printOperator(expression)
  }
}

type Operator = Extract<
  Expression,
  {kind: 'Unary' | 'Binary' | 'Not' | 'Logical' | 'Comparison' | 'Between' | 'In' | 'Like' | 'IsNull'}
>

function printOperator(expression: Operator): string {
  switch (expression.kind) {
    case 'Unary':
      return printUnary(expression.op, printAt(expression.operand, power.unary))
    case 'Binary': {
      const own = binaryPower(expression.op)
      return `${printAt(expression.left, own)} ${expression.op} ${printAt(expression.right, own + 1)}`
    }
    case 'Not':
      return `NOT ${printAt(expression.operand, power.not)}`
    case 'Logical': {
      const own = powerOf(expression)
      return `${printAt(expression.left, own)} ${expression.op} ${printAt(expression.right, own + 1)}`
    }
    case 'Comparison':
      return `${printValue(expression.left)} ${expression.op} ${printValue(expression.right)}`
    case 'Between': {
      const {operand, low, high, isNegated} = expression
      return `${printValue(operand)}${isNegated ? ' NOT' : ''} BETWEEN ${printValue(low)} AND ${printValue(high)}`
    }
    case 'In': {
      const {operand, list, isNegated} = expression
      return `${printValue(operand)}${isNegated ? ' NOT' : ''} IN (${printList(list, printExpression)})`
    }
    case 'Like': {
      const {operand, pattern, escape, isNegated} = expression
      const suffix = escape === undefined ? '' : ` ESCAPE ${printString(escape.value)}`
      return `${printValue(operand)}${isNegated ? ' NOT' : ''} LIKE ${printValue(pattern)}${suffix}`
    }
    case 'IsNull':
      return `${printValue(expression.operand)} IS ${expression.isNegated ? 'NOT ' : ''}NULL`
    default:
      return assertNever(expression)
  }
}

/** `--` would begin a comment, and `-1` is a literal: the minus of anything that begins so stands before parentheses. */
function printUnary(op: '-' | '+', operand: string): string {
  return op === '-' && /^[-0-9.]/.test(operand) ? `-(${operand})` : `${op}${operand}`
}

/** `ARRAY[1]` is a constructor, `(ARRAY)[1]` an element of the column ARRAY. */
function printSubscripted(base: Expression): string {
  const text = printOperand(base)
  return text === 'ARRAY' ? '(ARRAY)' : text
}

function printCall({name, args, isStar}: FunctionCall): string {
  return `${printIdentifier(name)}(${isStar ? '*' : printList(args, printExpression)})`
}

function printLambda({params, body}: Lambda): string {
  const names = printList(params, printIdentifier)
  return `${params.length === 1 ? names : `(${names})`} => ${printExpression(body)}`
}

function printCase({operand, branches, otherwise}: Case): string {
  const parts = ['CASE']
  if (operand !== undefined) parts.push(printExpression(operand))
  for (const {when, then} of branches) parts.push(`WHEN ${printExpression(when)} THEN ${printExpression(then)}`)
  if (otherwise !== undefined) parts.push(`ELSE ${printExpression(otherwise)}`)
  parts.push('END')
  return parts.join(' ')
}

/** Text that parses to the same type. */
export function printType(type: TypeNode): string {
  switch (type.kind) {
    case 'PrimitiveType':
      return type.name
    case 'DecimalType':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'ArrayType':
      return `ARRAY<${printType(type.element)}>`
    case 'MapType':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`
    case 'StructType':
      return `STRUCT<${printList(type.fields, field => `${printIdentifier(field.name)} ${printType(field.type)}`)}>`
    case 'CustomType':
      return printIdentifier(type.name)
    default:
      return assertNever(type)
  }
}
