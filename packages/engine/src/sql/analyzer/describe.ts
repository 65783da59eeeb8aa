import type {ColumnRef, Expression, Identifier, Literal, TypeNode} from '../syntax/ast.ts'

/** How a column is written: with or without its source. */
type NameColumn = (ref: ColumnRef) => string

/** A name as messages show it: in backticks where it had to be quoted. */
export const nameText = ({text}: Pick<Identifier, 'text'>): string =>
  /^[A-Z_][A-Z0-9_@]*$/.test(text) ? text : `\`${text.replaceAll('`', '``')}\``

const asResolved: NameColumn = ref => nameText(ref.name)
export const asWritten: NameColumn = ref =>
  ref.qualifier === undefined ? nameText(ref.name) : `${nameText(ref.qualifier)}.${nameText(ref.name)}`

/** An expression on one line, with every operator in parentheses, as messages quote it. */
export function describe(expr: Expression, column: NameColumn = asResolved): string {
  const text = (part: Expression): string => describe(part, column)
  const list = (parts: readonly Expression[]): string => parts.map(text).join(', ')
  const not = (isNegated: boolean): string => (isNegated ? 'NOT ' : '')
  switch (expr.kind) {
    case 'ColumnRef':
      return column(expr)
    case 'Parameter':
      return typeof expr.name === 'number' ? `$${expr.name}` : `:${expr.name}`
    case 'Unary':
      return `${expr.op}${text(expr.operand)}`
    case 'Binary':
      return `(${text(expr.left)} ${expr.op} ${text(expr.right)})`
    case 'Logical':
    case 'Comparison':
      return `(${text(expr.left)} ${expr.op} ${text(expr.right)})`
    case 'Not':
      return `(NOT ${text(expr.operand)})`
    case 'Between':
      return `(${text(expr.operand)} ${not(expr.isNegated)}BETWEEN ${text(expr.low)} AND ${text(expr.high)})`
    case 'In':
      return `(${text(expr.operand)} ${not(expr.isNegated)}IN (${list(expr.list)}))`
    case 'Like': {
      const escape = expr.escape === undefined ? '' : ` ESCAPE ${text(expr.escape)}`
      return `(${text(expr.operand)} ${not(expr.isNegated)}LIKE ${text(expr.pattern)}${escape})`
    }
    case 'IsNull':
      return `(${text(expr.operand)} IS ${not(expr.isNegated)}NULL)`
    case 'Case': {
      const branches = expr.branches.map(branch => ` WHEN ${text(branch.when)} THEN ${text(branch.then)}`).join('')
      const operand = expr.operand === undefined ? '' : ` ${text(expr.operand)}`
      return `(CASE${operand}${branches}${expr.otherwise === undefined ? '' : ` ELSE ${text(expr.otherwise)}`} END)`
    }
    case 'Cast':
      return `CAST(${text(expr.operand)} AS ${describeType(expr.type)})`
    case 'FunctionCall':
      return `${nameText(expr.name)}(${expr.isStar ? '*' : list(expr.args)})`
    case 'Lambda':
      return `(${expr.params.map(nameText).join(', ')}) => ${text(expr.body)}`
    case 'ArrayConstructor':
      return `ARRAY[${list(expr.elements)}]`
    case 'MapConstructor':
      return `MAP(${expr.entries.map(({key, value}) => `${text(key)}:=${text(value)}`).join(', ')})`
    case 'StructConstructor':
      return `STRUCT(${expr.fields.map(({name, value}) => `${nameText(name)}:=${text(value)}`).join(', ')})`
    case 'Subscript':
      return `${text(expr.base)}[${text(expr.index)}]`
    case 'FieldAccess':
      return `${text(expr.base)}->${nameText(expr.field)}`
    default:
      return describeLiteral(expr)
  }
}

function describeLiteral(literal: Literal): string {
  switch (literal.kind) {
    case 'NullLiteral':
      return 'null'
    case 'BooleanLiteral':
      return String(literal.value)
    case 'StringLiteral':
      return `'${literal.value.replaceAll("'", "''")}'`
    case 'TypedLiteral':
      return `${literal.type.text} '${literal.value.replaceAll("'", "''")}'`
    default:
      return literal.text
  }
}

function describeType(type: TypeNode): string {
  switch (type.kind) {
    case 'PrimitiveType':
      return type.name === 'INT' ? 'INTEGER' : type.name === 'VARCHAR' ? 'STRING' : type.name
    case 'DecimalType':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'ArrayType':
      return `ARRAY<${describeType(type.element)}>`
    case 'MapType':
      return `MAP<${describeType(type.key)}, ${describeType(type.value)}>`
    case 'StructType':
      return `STRUCT<${type.fields.map(field => `${nameText(field.name)} ${describeType(field.type)}`).join(', ')}>`
    case 'CustomType':
      return nameText(type.name)
  }
}
