import fc from 'fast-check'
import type {Arbitrary} from 'fast-check'
import type {Expression, Identifier, TypeNode} from './ast.ts'
import type {AliasedRelation, Count, Duration, Query, Relation, SelectItem, UnionPart, WindowClause} from './query-ast.ts'
import type {ColumnDefinition, Property, Statement} from './statement-ast.ts'

/** Random trees for the property tests. Spans and statement texts are empty: a tree that was not parsed stands nowhere. */
const span = {start: 0, end: 0}
const text = ''

const plainName = fc.constantFrom('A', 'B', 'ORDER_ID', '5_MIN', 'KEY', 'ORDER', 'ARRAY', 'DAYS', 'OFFSET', '_x@1'.toUpperCase())
const identifier: Arbitrary<Identifier> = fc.oneof(
  plainName.map(name => ({text: name, isQuoted: false, span})),
  fc.string({minLength: 1, maxLength: 5}).map(name => ({text: name, isQuoted: true, span})),
)
const option = <Value>(value: Arbitrary<Value>): Arbitrary<Value | undefined> => fc.option(value, {nil: undefined})
const some = <Value>(value: Arbitrary<Value>): Arbitrary<Value[]> => fc.array(value, {minLength: 1, maxLength: 3})
const few = <Value>(value: Arbitrary<Value>): Arbitrary<Value[]> => fc.array(value, {maxLength: 3})
const node = <Kind extends string, Parts extends object>(kind: Kind, parts: {[Name in keyof Parts]: Arbitrary<Parts[Name]>}) =>
  fc.record(parts).map(made => ({kind, ...made, span}))
const part = <Parts extends object>(parts: {[Name in keyof Parts]: Arbitrary<Parts[Name]>}) =>
  fc.record(parts).map(made => ({...made, span}))

const parameter = node('Parameter', {name: fc.oneof(fc.integer({min: 1, max: 99}), fc.constantFrom('id', 'User'))})
const digits = fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}).map(String)
const literal = fc.oneof(
  fc.constant({kind: 'NullLiteral' as const, span}),
  node('BooleanLiteral', {value: fc.boolean()}),
  node('IntegerLiteral', {text: digits}),
  node('DecimalLiteral', {text: digits.chain(whole => fc.nat().map(fraction => `${whole}.${fraction}`))}),
  node('DoubleLiteral', {text: fc.double({noNaN: true, noDefaultInfinity: true}).map(value => value.toExponential())}),
  node('StringLiteral', {value: fc.string()}),
)

const {type} = fc.letrec<{type: TypeNode}>(tie => ({
  type: fc.oneof(
    {depthSize: 'small'},
    node('PrimitiveType', {name: fc.constantFrom('BOOLEAN', 'INT', 'VARCHAR', 'BYTES', 'TIMESTAMP')}),
    node('DecimalType', {precision: fc.nat(99), scale: fc.nat(9)}),
    node('CustomType', {name: fc.constantFrom('ADDRESS', 'x y').map(name => ({text: name, isQuoted: name !== 'ADDRESS', span}))}),
    node('ArrayType', {element: tie('type')}),
    node('MapType', {key: tie('type'), value: tie('type')}),
    node('StructType', {fields: few(part({name: identifier, type: tie('type')}))}),
  ),
}))

export const {expression} = fc.letrec<{expression: Expression; argument: Expression}>(tie => {
  const inner = tie('expression')
  const sides = {left: inner, right: inner}
  const isNegated = fc.boolean()
  const column = node('ColumnRef', {qualifier: option(identifier), name: identifier})
  return {
    argument: fc.oneof(inner, node('Lambda', {params: some(identifier), body: inner})),
    expression: fc.oneof(
      {depthSize: 'small', withCrossShrink: true},
      column,
      literal,
      parameter,
      node('TypedLiteral', {type: identifier, value: fc.string()}),
      node('Unary', {op: fc.constantFrom('-', '+'), operand: inner}),
      node('Binary', {op: fc.constantFrom('+', '-', '*', '/', '%', '||'), ...sides}),
      node('Not', {operand: inner}),
      node('Logical', {op: fc.constantFrom('AND', 'OR'), ...sides}),
      node('Comparison', {op: fc.constantFrom('=', '<>', '<=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'), ...sides}),
      node('Between', {operand: inner, low: inner, high: inner, isNegated}),
      node('In', {operand: inner, list: some(inner), isNegated}),
      node('Like', {operand: inner, pattern: inner, escape: option(node('StringLiteral', {value: fc.string()})), isNegated}),
      node('IsNull', {operand: inner, isNegated}),
      node('Case', {operand: option(inner), branches: some(part({when: inner, then: inner})), otherwise: option(inner)}),
      node('Cast', {operand: inner, type}),
      node('FunctionCall', {name: identifier.filter(isNoConstructor), args: few(tie('argument')), isStar: fc.constant(false)}),
      node('FunctionCall', {name: identifier, args: fc.constant([]), isStar: fc.constant(true)}),
      node('ArrayConstructor', {elements: few(inner)}),
      node('MapConstructor', {entries: few(part({key: inner, value: inner}))}),
      node('StructConstructor', {fields: few(part({name: identifier, value: inner}))}),
      node('Subscript', {base: inner, index: inner}),
      node('FieldAccess', {base: inner, field: identifier}),
    ),
  }
})

function isNoConstructor({text: name, isQuoted}: Identifier): boolean {
  return isQuoted || (name !== 'MAP' && name !== 'STRUCT')
}

const count: Arbitrary<Count> = fc.oneof(node('IntegerLiteral', {text: fc.nat().map(String)}), parameter)
const duration: Arbitrary<Duration> = part({amount: count, unit: fc.constantFrom('DAYS', 'SECONDS', 'MILLISECONDS')})
const bounds = {retention: option(duration), grace: option(duration)}
const window: Arbitrary<WindowClause> = fc.oneof(
  node('TumblingWindow', {size: duration, ...bounds}),
  node('HoppingWindow', {size: duration, advance: duration, ...bounds}),
  node('SessionWindow', {gap: duration, ...bounds}),
)
const structBase = node('ColumnRef', {qualifier: option(identifier), name: identifier})
const selectItem: Arbitrary<SelectItem> = fc.oneof(
  node('SelectExpression', {expression, alias: option(identifier)}),
  node('SelectStar', {qualifier: option(identifier)}),
  node('SelectStructStar', {base: structBase}),
)

/** One for all ways in which queries nest, so that they stay small. */
const nesting = {depthSize: 'small', depthIdentifier: fc.createDepthIdentifier()} as const
const withoutEnd = {
  ctes: fc.constant([]),
  unions: fc.constant([]),
  orderBy: fc.constant([]),
  emit: fc.constant(undefined),
  limit: fc.constant(undefined),
  offset: fc.constant(undefined),
}
/** The clauses of a query as a whole. */
const end = (inner: Arbitrary<Query>, union: Arbitrary<UnionPart>) =>
  fc.record({
    ctes: fc.oneof(nesting, fc.constant([]), some(part({name: identifier, query: inner}))),
    unions: fc.oneof(nesting, fc.constant([]), fc.array(union, {minLength: 1, maxLength: 2})),
    orderBy: few(part({expression, isDescending: fc.boolean(), nulls: option(fc.constantFrom('FIRST', 'LAST'))})),
    emit: option(part({mode: fc.constantFrom('CHANGES', 'FINAL')})),
    limit: option(count),
    offset: option(count),
  })

type Queries = {query: Query; select: Query; union: UnionPart; source: AliasedRelation; relation: Relation}

export const {query} = fc.letrec<Queries>(tie => ({
  source: fc.oneof(
    nesting,
    node('SourceRef', {name: identifier, alias: option(identifier)}),
    node('SubQuery', {query: tie('query'), alias: option(identifier)}),
  ),
  relation: fc.oneof(
    nesting,
    tie('source'),
    node('Join', {
      joinType: fc.constantFrom('INNER', 'LEFT', 'RIGHT', 'FULL'),
      left: tie('relation'),
      right: tie('source'),
      within: option(part({before: duration, after: duration, grace: option(duration)})),
      on: expression,
    }),
  ),
  select: node('Query', {
    ...withoutEnd,
    isDistinct: fc.boolean(),
    select: some(selectItem),
    from: tie('relation'),
    window: option(window),
    where: option(expression),
    groupBy: option(part({expressions: few(expression)})),
    partitionBy: option(part({expressions: few(expression)})),
    having: option(expression),
  }),
  union: part({isAll: fc.boolean(), query: tie('select')}),
  query: fc.tuple(tie('select'), end(tie('query'), tie('union'))).map(([first, last]) => ({...first, ...last})),
}))

const constraint = option(
  fc.oneof(
    fc.constantFrom('KEY' as const, 'PRIMARY KEY' as const, 'HEADERS' as const).map(kind => ({kind, span})),
    node('HEADER', {key: fc.string()}),
  ),
)
const column: Arbitrary<ColumnDefinition> = part({name: identifier, type, constraint})
const property: Arbitrary<Property> = part({name: identifier, value: fc.oneof(literal, parameter)})
const properties: Arbitrary<Property[]> = few(property)
const flag = fc.boolean()
const sourceKind = fc.constantFrom('STREAM' as const, 'TABLE' as const)
const row = part({values: few(expression)})
const statementNode = <Kind extends string, Parts extends object>(
  kind: Kind,
  parts: {[Name in keyof Parts]: Arbitrary<Parts[Name]>},
) => fc.record(parts).map(made => ({kind, ...made, span, text}))

export const statement: Arbitrary<Statement> = fc.oneof(
  statementNode('Select', {query}),
  statementNode('CreateSource', {
    sourceKind,
    name: identifier,
    isOrReplace: flag,
    isIfNotExists: flag,
    isReadOnly: flag,
    properties,
    columns: option(some(column)),
  }),
  statementNode('CreateSourceAs', {sourceKind, name: identifier, isOrReplace: flag, isIfNotExists: flag, properties, query}),
  statementNode('InsertSelect', {target: identifier, properties, query}),
  statementNode('InsertValues', {target: identifier, columns: option(some(identifier)), rows: some(row)}),
  statementNode('DropSource', {sourceKind, name: identifier, isIfExists: flag, isDeleteTopic: flag, isCascade: flag}),
  statementNode('AlterSource', {
    sourceKind,
    name: identifier,
    columns: some(column.map(added => ({...added, constraint: undefined}))),
  }),
  statementNode('DeleteRows', {table: identifier, where: expression}),
  statementNode('CreateIndex', {isIfNotExists: flag, name: option(identifier), table: identifier, columns: some(identifier)}),
  statementNode('CreateType', {isIfNotExists: flag, name: identifier, type}),
  statementNode('CreateTopic', {isIfNotExists: flag, topic: fc.string(), properties}),
  statementNode('AlterTopic', {topic: fc.string(), properties: some(property)}),
  statementNode('DropTopic', {isIfExists: flag, topic: fc.string()}),
  statementNode('Describe', {
    subject: fc.record({kind: fc.constant('TOPIC' as const), topic: fc.string()}),
    isExtended: fc.constant(false),
  }),
  statementNode('PrintTopic', {topic: fc.string(), isFromBeginning: flag, interval: option(count), limit: option(count)}),
  statementNode('AssertTopic', {isNegated: flag, topic: fc.string(), properties, timeout: option(duration)}),
  statementNode('AssertValues', {source: identifier, columns: option(some(identifier)), row, timeout: option(duration)}),
  statementNode('AssertTombstone', {source: identifier, columns: option(some(identifier)), key: row, timeout: option(duration)}),
  statementNode('SetProperty', {name: fc.string(), value: fc.string()}),
)
