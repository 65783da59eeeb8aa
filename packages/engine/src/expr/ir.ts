import type {SystemColumn} from '../schema/schema.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'

/**
 * Typed expressions: plain data, made by the analyzer, stored in plans, given meaning by `interpret.ts` (the oracle) and
 * speed by `codegen/`. Every implicit conversion is already an explicit `cast`: operands of `arithmetic`, `compare`, `in`
 * and so on have the types that the operator works on. `type` is always the type of the result.
 *
 * Failures: an expression may fail for a row (NULL in arithmetic or as an operand of AND, OR, NOT; division by zero; a
 * function that throws). The failure is reported, and the nearest *guard* around it is NULL. Guards are the whole
 * expression (a column; a predicate counts as FALSE), each element of `array`, `map` and `struct`, an explicit `cast`, and
 * an argument of a call that is itself a `call`, `field` or `cast`. (`interpret.ts`)
 */
export type Expr =
  | {readonly kind: 'literal'; readonly type: SqlType; readonly value: Value}
  /** A column of the input row, by position (key columns first). */
  | {readonly kind: 'column'; readonly type: SqlType; readonly index: number; readonly name: string}
  | {readonly kind: 'system'; readonly type: SqlType; readonly name: SystemColumn}
  /** Record headers: all of them (`ARRAY<STRUCT<KEY STRING, VALUE BYTES>>`), or the last value of one. */
  | {readonly kind: 'headers'; readonly type: SqlType; readonly header?: string}
  /** A parameter of the enclosing lambda, by its distance-free unique slot. */
  | {readonly kind: 'parameter'; readonly type: SqlType; readonly slot: number; readonly name: string}
  | {readonly kind: 'lambda'; readonly type: SqlType; readonly parameters: readonly LambdaParameter[]; readonly body: Expr}
  /** A scalar function of the registry; `overload` is the index into its definition's overloads. */
  | {
      readonly kind: 'call'
      readonly type: SqlType
      readonly function: string
      readonly overload: number
      readonly args: readonly Expr[]
    }
  | {
      readonly kind: 'arithmetic'
      readonly type: SqlType
      readonly operator: ArithmeticOperator
      readonly left: Expr
      readonly right: Expr
    }
  | {readonly kind: 'negate'; readonly type: SqlType; readonly operand: Expr}
  /** `||` and `+` on text, bytes: NULL if any operand is NULL. */
  | {readonly kind: 'concat'; readonly type: SqlType; readonly left: Expr; readonly right: Expr}
  /** Both sides have the same type. A NULL operand gives FALSE, except for the `distinct` pair, which is NULL-safe. */
  | {
      readonly kind: 'compare'
      readonly type: SqlType
      readonly operator: CompareOperator
      readonly left: Expr
      readonly right: Expr
    }
  | {readonly kind: 'and' | 'or'; readonly type: SqlType; readonly left: Expr; readonly right: Expr}
  | {readonly kind: 'not'; readonly type: SqlType; readonly operand: Expr}
  | {readonly kind: 'is-null'; readonly type: SqlType; readonly operand: Expr; readonly isNegated: boolean}
  | {
      readonly kind: 'like'
      readonly type: SqlType
      readonly operand: Expr
      readonly pattern: Expr
      readonly escape?: string
      readonly isNegated: boolean
    }
  | {
      readonly kind: 'between'
      readonly type: SqlType
      readonly operand: Expr
      readonly low: Expr
      readonly high: Expr
      readonly isNegated: boolean
    }
  | {
      readonly kind: 'in'
      readonly type: SqlType
      readonly operand: Expr
      readonly list: readonly Expr[]
      readonly isNegated: boolean
    }
  /** The first branch whose condition is TRUE; else `otherwise`; else NULL. Only the taken branch is evaluated. */
  | {
      readonly kind: 'case'
      readonly type: SqlType
      readonly branches: readonly {readonly when: Expr; readonly then: Expr}[]
      readonly otherwise?: Expr
    }
  /**
   * An explicit CAST that fails, or whose operand fails, is NULL there and reported; the expression around it goes on.
   * `isImplicit`: made by a coercion rule, so that a failure is that of the whole expression.
   */
  | {readonly kind: 'cast'; readonly type: SqlType; readonly operand: Expr; readonly isImplicit?: true}
  /** 1-based for arrays (negative from the end), by key for maps; out of range or missing: NULL. */
  | {readonly kind: 'subscript'; readonly type: SqlType; readonly base: Expr; readonly index: Expr}
  | {readonly kind: 'field'; readonly type: SqlType; readonly base: Expr; readonly index: number}
  | {readonly kind: 'array'; readonly type: SqlType; readonly elements: readonly Expr[]}
  | {readonly kind: 'map'; readonly type: SqlType; readonly entries: readonly {readonly key: Expr; readonly value: Expr}[]}
  | {readonly kind: 'struct'; readonly type: SqlType; readonly fields: readonly Expr[]}

export type LambdaParameter = {readonly name: string; readonly type: SqlType; readonly slot: number}
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type CompareOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'is-distinct' | 'is-not-distinct'
