import type {EvaluationEnv} from '../expr/bind.ts'
import {evaluate, type RowAccess} from '../expr/interpret.ts'
import type {Expr} from '../expr/ir.ts'
import {someExpr} from '../expr/references.ts'

const noRow: RowAccess = {column: () => null, system: () => null, headers: () => null}

/** Parts that are the same for every row and cannot fail become literals. */
export function fold(expr: Expr, env: EvaluationEnv): Expr {
  return isConstant(expr, env) ? (foldedLiteral(expr, env) ?? foldParts(expr, env)) : foldParts(expr, env)
}

function isConstant(expr: Expr, env: EvaluationEnv): boolean {
  return !someExpr(expr, part => {
    if (part.kind === 'call') return env.functions.lookUpFunction(part.function)?.isDeterministic === false
    return part.kind === 'column' || part.kind === 'system' || part.kind === 'headers' || part.kind === 'parameter'
  })
}

function foldedLiteral(expr: Expr, env: EvaluationEnv): Expr | undefined {
  if (expr.kind === 'literal' || expr.kind === 'lambda') return expr
  let hasFailed = false
  const report = () => {
    hasFailed = true
  }
  try {
    const value = evaluate(expr, noRow, env, report)
    return hasFailed ? undefined : {kind: 'literal', type: expr.type, value}
  } catch {
    return undefined
  }
}

function foldParts(expr: Expr, env: EvaluationEnv): Expr {
  const go = (part: Expr) => fold(part, env)
  switch (expr.kind) {
    case 'arithmetic':
    case 'concat':
    case 'compare':
    case 'and':
    case 'or':
      return {...expr, left: go(expr.left), right: go(expr.right)}
    case 'negate':
    case 'not':
    case 'is-null':
      return {...expr, operand: go(expr.operand)}
    case 'like':
      return {...expr, operand: go(expr.operand), pattern: go(expr.pattern)}
    case 'between':
      return {...expr, operand: go(expr.operand), low: go(expr.low), high: go(expr.high)}
    case 'in':
      return {...expr, operand: go(expr.operand), list: expr.list.map(go)}
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map(({when, then}) => ({when: go(when), then: go(then)})),
        ...(expr.otherwise === undefined ? {} : {otherwise: go(expr.otherwise)}),
      }
    default:
      return expr
  }
}
