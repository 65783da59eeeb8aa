import fc from 'fast-check'
import type {ParameterType, FunctionDefinition} from '../expr/functions/definition.ts'
import type {Expr} from '../expr/ir.ts'
import {castFunction} from '../expr/cast.ts'
import type {SystemColumn} from '../schema/schema.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimal,
  DOUBLE,
  INT,
  map,
  struct,
  TIME,
  TIMESTAMP,
  typesEqual,
  VARCHAR,
  type SqlType,
} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {anyValue} from './arbitrary-value.ts'

/** Types that random expressions are made of; column `i` of a random row has type `i`. */
export const columnTypes: readonly SqlType[] = [
  BOOLEAN,
  INT,
  BIGINT,
  DOUBLE,
  decimal(6, 2),
  decimal(12, 0),
  VARCHAR,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
  array(INT),
  map(VARCHAR, BIGINT),
  struct([
    {name: 'A', type: VARCHAR},
    {name: 'B', type: DOUBLE},
  ]),
]

const T: ParameterType = {match: 'variable', name: 'T'}
const R: ParameterType = {match: 'variable', name: 'R'}

/** Small functions: one that takes NULL, one that throws at times, one with a lambda. */
const testFunctions: readonly FunctionDefinition[] = [
  {
    name: 'FIRST',
    kind: 'scalar',
    category: 'nulls',
    description: 'The first argument that is not NULL.',
    overloads: [
      {
        parameters: [
          {name: 'a', type: T},
          {name: 'b', type: T},
        ],
        isNullSafe: true,
        returns: args => args.types[0] ?? VARCHAR,
        bind: () => (a: Value, b: Value) => a ?? b,
      },
    ],
  },
  {
    name: 'EVEN',
    kind: 'scalar',
    category: 'mathematical',
    description: 'An even number as it is; throws for odd ones.',
    overloads: [
      {
        parameters: [{name: 'a', type: {match: 'exact', type: INT}}],
        returns: INT,
        bind: () => (a: number) => {
          if (a % 2 !== 0) throw new RangeError(`${a} is odd`)
          return a
        },
      },
    ],
  },
  {
    name: 'EACH',
    kind: 'scalar',
    category: 'lambda',
    description: 'The elements as a function makes them.',
    overloads: [
      {
        parameters: [
          {name: 'items', type: {match: 'array', element: T}},
          {name: 'make', type: {match: 'lambda', parameters: [T], returns: R}},
        ],
        returns: args => array(args.types[1] ?? VARCHAR),
        bind: () => (items: readonly Value[], make: (item: Value) => Value) => items.map(item => make(item)),
      },
    ],
  },
]

export const lookUpTestFunction = (name: string): FunctionDefinition | undefined => testFunctions.find(it => it.name === name)

export const anyRow: fc.Arbitrary<readonly Value[]> = fc.tuple(...columnTypes.map(anyValue))

/** A random expression of any of the column types. */
export const anyExpr = (depth = 4): fc.Arbitrary<Expr> => fc.constantFrom(...columnTypes).chain(type => exprOf(type, depth, []))

type Parameter = Extract<Expr, {kind: 'parameter'}>
type Make = (type: SqlType) => fc.Arbitrary<Expr>

export function exprOf(type: SqlType, depth: number, scope: readonly Parameter[]): fc.Arbitrary<Expr> {
  if (depth === 0) return leafOf(type, scope)
  const of: Make = wanted => fc.integer({min: 0, max: depth - 1}).chain(lower => exprOf(wanted, lower, scope))
  return fc.oneof(leafOf(type, scope), ...commonForms(type, of), ...formsOf(type, of, depth, scope))
}

function leafOf(type: SqlType, scope: readonly Parameter[]): fc.Arbitrary<Expr> {
  const literal = anyValue(type).map((value): Expr => ({kind: 'literal', type, value}))
  const index = columnTypes.findIndex(other => typesEqual(other, type))
  const column: Expr = {kind: 'column', type, index, name: `C${index}`}
  const parameters = scope.filter(parameter => typesEqual(parameter.type, type))
  return fc.oneof(literal, ...(index < 0 ? [] : [fc.constant(column)]), ...parameters.map(parameter => fc.constant(parameter)))
}

function commonForms(type: SqlType, of: Make): fc.Arbitrary<Expr>[] {
  const sources = columnTypes.filter(from => !typesEqual(from, type) && castFunction(from, type) !== undefined)
  const cast = fc
    .tuple(fc.constantFrom(...(sources.length > 0 ? sources : [type])), fc.boolean())
    .chain(([from, isImplicit]) =>
      of(from).map((operand): Expr => ({kind: 'cast', type, operand, ...(isImplicit ? {isImplicit: true as const} : {})})),
    )
  const choice = fc
    .tuple(fc.array(fc.tuple(of(BOOLEAN), of(type)), {minLength: 1, maxLength: 3}), fc.option(of(type)))
    .map(([branches, otherwise]): Expr => ({
      kind: 'case',
      type,
      branches: branches.map(([when, then]) => ({when, then})),
      ...(otherwise === null ? {} : {otherwise}),
    }))
  const call = fc.tuple(of(type), of(type)).map((args): Expr => ({kind: 'call', type, function: 'FIRST', overload: 0, args}))
  return [cast, choice, call]
}

function formsOf(type: SqlType, of: Make, depth: number, scope: readonly Parameter[]): fc.Arbitrary<Expr>[] {
  switch (type.kind) {
    case 'BOOLEAN':
      return booleanForms(of)
    case 'INT':
      return [
        ...numericForms(type, of),
        of(INT).map((arg): Expr => ({kind: 'call', type, function: 'EVEN', overload: 0, args: [arg]})),
        fc.tuple(of(array(INT)), of(INT)).map(([base, index]): Expr => ({kind: 'subscript', type, base, index})),
      ]
    case 'BIGINT':
      return [
        ...numericForms(type, of),
        fc.tuple(of(map(VARCHAR, BIGINT)), of(VARCHAR)).map(([base, index]): Expr => ({kind: 'subscript', type, base, index})),
        fc
          .constantFrom<SystemColumn>('ROWTIME', 'ROWOFFSET', 'ROWPARTITION', 'WINDOWSTART', 'WINDOWEND')
          .map((name): Expr => ({kind: 'system', type, name})),
      ]
    case 'DOUBLE':
      return [...numericForms(type, of), ...fieldForms(type, 1, of)]
    case 'DECIMAL':
      return decimalForms(type, of)
    case 'VARCHAR':
      return [...concatForms(type, of), ...fieldForms(type, 0, of)]
    case 'BYTES':
      return concatForms(type, of)
    case 'ARRAY':
      return [
        fc.array(of(type.element), {maxLength: 3}).map((elements): Expr => ({kind: 'array', type, elements})),
        eachForm(type, depth, scope),
      ]
    case 'MAP':
      return [
        fc
          .array(fc.tuple(of(type.key), of(type.value)), {maxLength: 2})
          .map((entries): Expr => ({kind: 'map', type, entries: entries.map(([key, value]) => ({key, value}))})),
      ]
    case 'STRUCT':
      return [fc.tuple(...type.fields.map(field => of(field.type))).map((fields): Expr => ({kind: 'struct', type, fields}))]
    default:
      return []
  }
}

function numericForms(type: SqlType, of: Make): fc.Arbitrary<Expr>[] {
  return [
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/', '%'), of(type), of(type))
      .map(([operator, left, right]): Expr => ({kind: 'arithmetic', type, operator, left, right})),
    of(type).map((operand): Expr => ({kind: 'negate', type, operand})),
  ]
}

/** DECIMAL operands keep their own scales; the result is brought to the wanted one. */
function decimalForms(type: SqlType, of: Make): fc.Arbitrary<Expr>[] {
  const decimals = columnTypes.filter(({kind}) => kind === 'DECIMAL')
  const operand = fc.constantFrom(...decimals).chain(of)
  return [
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/', '%'), operand, operand)
      .map(([operator, left, right]): Expr => ({kind: 'arithmetic', type, operator, left, right})),
    of(type).map((value): Expr => ({kind: 'negate', type, operand: value})),
  ]
}

const concatForms = (type: SqlType, of: Make): fc.Arbitrary<Expr>[] => [
  fc.tuple(of(type), of(type)).map(([left, right]): Expr => ({kind: 'concat', type, left, right})),
]

function fieldForms(type: SqlType, index: number, of: Make): fc.Arbitrary<Expr>[] {
  const structs = columnTypes.filter(({kind}) => kind === 'STRUCT')
  return [
    fc
      .constantFrom(...structs)
      .chain(of)
      .map((base): Expr => ({kind: 'field', type, base, index})),
  ]
}

/** Slots are never shared, as the analyzer numbers them. */
let nextSlot = 0

function eachForm(type: Extract<SqlType, {kind: 'ARRAY'}>, depth: number, scope: readonly Parameter[]): fc.Arbitrary<Expr> {
  const slot = nextSlot++
  const parameter: Parameter = {kind: 'parameter', type: INT, slot, name: `X${slot}`}
  return fc
    .tuple(exprOf(array(INT), depth - 1, scope), exprOf(type.element, depth - 1, [...scope, parameter]))
    .map(([items, body]): Expr => {
      const lambda: Expr = {kind: 'lambda', type: body.type, parameters: [parameter], body}
      return {kind: 'call', type, function: 'EACH', overload: 0, args: [items, lambda]}
    })
}

function booleanForms(of: Make): fc.Arbitrary<Expr>[] {
  const type = BOOLEAN
  const pair = (wanted: SqlType) => fc.tuple(of(wanted), of(wanted))
  const ordered = columnTypes.filter(({kind}) => !['BOOLEAN', 'ARRAY', 'MAP', 'STRUCT'].includes(kind))
  const text = fc.string({unit: fc.constantFrom('a', 'b', '%', '_', '!'), maxLength: 5})
  const pattern = fc.oneof(
    text.map((value): Expr => ({kind: 'literal', type: VARCHAR, value})),
    of(VARCHAR),
  )
  return [
    fc
      .tuple(fc.constantFrom('=', '<>', 'is-distinct', 'is-not-distinct'), fc.constantFrom(...columnTypes).chain(pair))
      .map(([operator, [left, right]]): Expr => ({kind: 'compare', type, operator, left, right})),
    fc
      .tuple(fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom(...ordered).chain(pair))
      .map(([operator, [left, right]]): Expr => ({kind: 'compare', type, operator, left, right})),
    fc.tuple(fc.constantFrom('and', 'or'), pair(BOOLEAN)).map(([kind, [left, right]]): Expr => ({kind, type, left, right})),
    of(BOOLEAN).map((operand): Expr => ({kind: 'not', type, operand})),
    fc
      .tuple(fc.constantFrom(...columnTypes).chain(of), fc.boolean())
      .map(([operand, isNegated]): Expr => ({kind: 'is-null', type, operand, isNegated})),
    fc
      .tuple(of(VARCHAR), pattern, fc.constantFrom(undefined, '!'), fc.boolean())
      .map(([operand, like, escape, isNegated]): Expr => ({
        kind: 'like',
        type,
        operand,
        pattern: like,
        isNegated,
        ...(escape === undefined ? {} : {escape}),
      })),
    fc
      .tuple(
        fc.constantFrom(...ordered).chain(wanted => fc.tuple(of(wanted), of(wanted), of(wanted))),
        fc.boolean(),
      )
      .map(([[operand, low, high], isNegated]): Expr => ({kind: 'between', type, operand, low, high, isNegated})),
    fc
      .tuple(
        fc.constantFrom(...columnTypes).chain(wanted => fc.tuple(of(wanted), fc.array(of(wanted), {maxLength: 7}))),
        fc.boolean(),
      )
      .map(([[operand, list], isNegated]): Expr => ({kind: 'in', type, operand, list, isNegated})),
  ]
}
