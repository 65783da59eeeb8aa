import type {Span} from './span.ts'

/**
 * What a query and its expressions look like as written. Names are unresolved, types are unchecked. Statements around
 * them are in `statement-ast.ts`. An absent part is `undefined`, an absent list is empty unless said otherwise.
 */
export interface Node {
  readonly span: Span
}

/** `text` is what names are compared by: upper-cased when it was written without quotes, as written otherwise. */
export interface Identifier extends Node {
  readonly text: string
  readonly isQuoted: boolean
}

export type Expression =
  | Literal
  | Parameter
  | ColumnRef
  | Unary
  | Binary
  | Not
  | Logical
  | Comparison
  | Between
  | In
  | Like
  | IsNull
  | Case
  | Cast
  | FunctionCall
  | Lambda
  | ArrayConstructor
  | MapConstructor
  | StructConstructor
  | Subscript
  | FieldAccess

export type Literal =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | DecimalLiteral
  | DoubleLiteral
  | StringLiteral
  | TypedLiteral

export interface NullLiteral extends Node {
  readonly kind: 'NullLiteral'
}

export interface BooleanLiteral extends Node {
  readonly kind: 'BooleanLiteral'
  readonly value: boolean
}

/** Digits with an optional leading `-`, as many as were written: whether it is INT or BIGINT is the analyzer's to say. */
export interface IntegerLiteral extends Node {
  readonly kind: 'IntegerLiteral'
  readonly text: string
}

/** `1.5`, `.5`, `1.`: exact, with an optional leading `-`. */
export interface DecimalLiteral extends Node {
  readonly kind: 'DecimalLiteral'
  readonly text: string
}

/** `1.5E0`: with an exponent, and an optional leading `-`. */
export interface DoubleLiteral extends Node {
  readonly kind: 'DoubleLiteral'
  readonly text: string
}

/** `value` without the quotes, `''` already one quote. */
export interface StringLiteral extends Node {
  readonly kind: 'StringLiteral'
  readonly value: string
}

/** `DATE '2024-01-31'`: the text is unchecked. */
export interface TypedLiteral extends Node {
  readonly kind: 'TypedLiteral'
  readonly type: Identifier
  readonly value: string
}

/** `$1` has the number 1 as name, `:user` the text `user` (case kept). */
export interface Parameter extends Node {
  readonly kind: 'Parameter'
  readonly name: number | string
}

/**
 * `c` or `source.c`. Also a lambda's variable and the unit in `DATEADD(DAYS, …)`: only their place tells them apart.
 */
export interface ColumnRef extends Node {
  readonly kind: 'ColumnRef'
  readonly qualifier: Identifier | undefined
  readonly name: Identifier
}

export interface Unary extends Node {
  readonly kind: 'Unary'
  readonly op: '-' | '+'
  readonly operand: Expression
}

export type BinaryOp = '+' | '-' | '*' | '/' | '%' | '||'

export interface Binary extends Node {
  readonly kind: 'Binary'
  readonly op: BinaryOp
  readonly left: Expression
  readonly right: Expression
}

export interface Not extends Node {
  readonly kind: 'Not'
  readonly operand: Expression
}

export interface Logical extends Node {
  readonly kind: 'Logical'
  readonly op: 'AND' | 'OR'
  readonly left: Expression
  readonly right: Expression
}

/** `!=` arrives as `<>`. */
export type ComparisonOp = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'

export interface Comparison extends Node {
  readonly kind: 'Comparison'
  readonly op: ComparisonOp
  readonly left: Expression
  readonly right: Expression
}

/** Both ends inclusive. */
export interface Between extends Node {
  readonly kind: 'Between'
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
  readonly isNegated: boolean
}

/** `list` has at least one element. */
export interface In extends Node {
  readonly kind: 'In'
  readonly operand: Expression
  readonly list: readonly Expression[]
  readonly isNegated: boolean
}

export interface Like extends Node {
  readonly kind: 'Like'
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape: StringLiteral | undefined
  readonly isNegated: boolean
}

export interface IsNull extends Node {
  readonly kind: 'IsNull'
  readonly operand: Expression
  readonly isNegated: boolean
}

/** With an operand: `CASE e WHEN v THEN …`; without: `CASE WHEN condition THEN …`. At least one branch. */
export interface Case extends Node {
  readonly kind: 'Case'
  readonly operand: Expression | undefined
  readonly branches: readonly CaseBranch[]
  readonly otherwise: Expression | undefined
}

export interface CaseBranch extends Node {
  readonly when: Expression
  readonly then: Expression
}

export interface Cast extends Node {
  readonly kind: 'Cast'
  readonly operand: Expression
  readonly type: TypeNode
}

/** `isStar`: `COUNT(*)`, with no arguments. */
export interface FunctionCall extends Node {
  readonly kind: 'FunctionCall'
  readonly name: Identifier
  readonly args: readonly Expression[]
  readonly isStar: boolean
}

/** Only as an argument of a function call. At least one parameter. */
export interface Lambda extends Node {
  readonly kind: 'Lambda'
  readonly params: readonly Identifier[]
  readonly body: Expression
}

export interface ArrayConstructor extends Node {
  readonly kind: 'ArrayConstructor'
  readonly elements: readonly Expression[]
}

export interface MapConstructor extends Node {
  readonly kind: 'MapConstructor'
  readonly entries: readonly MapEntry[]
}

export interface MapEntry extends Node {
  readonly key: Expression
  readonly value: Expression
}

export interface StructConstructor extends Node {
  readonly kind: 'StructConstructor'
  readonly fields: readonly StructEntry[]
}

export interface StructEntry extends Node {
  readonly name: Identifier
  readonly value: Expression
}

/** `a[1]`, `m['k']`. */
export interface Subscript extends Node {
  readonly kind: 'Subscript'
  readonly base: Expression
  readonly index: Expression
}

/** `s->f`. */
export interface FieldAccess extends Node {
  readonly kind: 'FieldAccess'
  readonly base: Expression
  readonly field: Identifier
}

export type TypeNode = PrimitiveType | DecimalType | ArrayType | MapType | StructType | CustomType

export type PrimitiveName = 'BOOLEAN' | 'INT' | 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'BYTES' | 'DATE' | 'TIME' | 'TIMESTAMP'

/** STRING arrives as VARCHAR, INTEGER as INT. */
export interface PrimitiveType extends Node {
  readonly kind: 'PrimitiveType'
  readonly name: PrimitiveName
}

export interface DecimalType extends Node {
  readonly kind: 'DecimalType'
  readonly precision: number
  readonly scale: number
}

export interface ArrayType extends Node {
  readonly kind: 'ArrayType'
  readonly element: TypeNode
}

export interface MapType extends Node {
  readonly kind: 'MapType'
  readonly key: TypeNode
  readonly value: TypeNode
}

export interface StructType extends Node {
  readonly kind: 'StructType'
  readonly fields: readonly StructTypeField[]
}

export interface StructTypeField extends Node {
  readonly name: Identifier
  readonly type: TypeNode
}

/** Any other name: one that CREATE TYPE made, or a mistake. */
export interface CustomType extends Node {
  readonly kind: 'CustomType'
  readonly name: Identifier
}
