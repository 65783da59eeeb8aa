import {coerceExpr, nullOf} from '../../expr/coerce.ts'
import type {Expr, LambdaParameter} from '../../expr/ir.ts'
import {isProblem, type Problem} from '../../expr/types.ts'
import {printType, type SqlType} from '../../schema/sql-type.ts'
import type * as Ast from '../syntax/ast.ts'
import type {Environment} from './environment.ts'
import {refuse} from './refusal.ts'
import type {Clause} from './scope.ts'

/** What an expression may use where it stands. */
export type CheckContext = {
  /** The checker of operands. */
  readonly check: (node: Ast.Expression, context: CheckContext) => Checked
  readonly env: Environment
  readonly clause: Clause
  readonly column: (ref: Ast.ColumnRef) => Expr
  /** Variables of the enclosing lambdas, the innermost last. */
  readonly variables: readonly LambdaParameter[]
  /** Takes the calls that are no scalar functions: aggregates and table functions. */
  readonly special: (call: Ast.FunctionCall, context: CheckContext) => Expr | undefined
}

/** A typed expression, or `undefined` for a bare NULL, which takes its type from where it stands. */
export type Checked = Expr | undefined

/** As `check`, where a bare NULL means nothing. */
export const checkTyped = (node: Ast.Expression, context: CheckContext, nullMessage: string): Expr =>
  context.check(node, context) ?? refuse(nullMessage, node, 'Give the NULL a type: CAST(NULL AS …).')

/** The outcome of a typing rule, refused at `node` if it is a problem. */
export const accept = <T extends object>(outcome: T | Problem, node: Ast.Node): T =>
  isProblem(outcome) ? refuse(outcome.problem, node) : outcome

export const coerceTo = (checked: Checked, type: SqlType, node: Ast.Node): Expr =>
  checked === undefined ? nullOf(type) : accept(coerceExpr(checked, type), node)

export const typeText = (checked: Checked): string => (checked === undefined ? 'null' : printType(checked.type))
