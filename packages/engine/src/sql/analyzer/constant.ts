import {evaluate, type RowAccess} from '../../expr/interpret.ts'
import type {Expr} from '../../expr/ir.ts'
import {lookUpFunction} from '../../expr/functions/registry.ts'
import type {Value} from '../../schema/value.ts'
import type {Expression} from '../syntax/ast.ts'
import {check} from './check.ts'
import type {CheckContext, Checked} from './checked.ts'
import type {Environment} from './environment.ts'
import {refuse} from './refusal.ts'
import {scalarsOnly} from './special-calls.ts'

/** Expressions without columns: VALUES, keys to look up. */
const constantContext = (env: Environment): CheckContext => ({
  check,
  env,
  clause: 'VALUES',
  variables: [],
  special: scalarsOnly('VALUES'),
  column: ref =>
    ref.qualifier === undefined
      ? refuse(`Unknown column ${ref.name.text}: only constants may stand here.`, ref, "Text stands in single quotes: 'text'.")
      : refuse(`'${ref.qualifier.text}' is not a valid stream/table name or alias.`, ref),
})

export const checkConstant = (node: Expression, env: Environment): Checked => check(node, constantContext(env))

const noRow: RowAccess = {column: () => null, system: () => null, headers: () => null}

/** The value of an expression that reads no column; refused at `node` if it has none. */
export function constantValue(expr: Expr, node: Expression, env: Environment): Value {
  const settings = {get: (property: string) => env.settings.text(property), nowMs: () => env.nowMs}
  let failure: unknown
  const value = attempt(() => evaluate(expr, noRow, {functions: {lookUpFunction}, settings}, error => (failure ??= error)), node)
  return failure === undefined ? value : refuse(messageOf(failure), node)
}

function attempt(work: () => Value, node: Expression): Value {
  try {
    return work()
  } catch (error) {
    return refuse(messageOf(error), node)
  }
}

const messageOf = (error: unknown): string => `Failed to evaluate: ${error instanceof Error ? error.message : String(error)}`
