import {bindCall, isGuardedArgument} from '../expr/bind.ts'
import type {Expr} from '../expr/ir.ts'
import {code, join, lines, type Code} from './code.ts'
import type {Emitter, Operand} from './emitter.ts'

export function emitCall(expr: Extract<Expr, {kind: 'call'}>, out: Emitter): Operand {
  const {invoke, isNullSafe} = bindCall(expr, out.env)
  const nulls: Code[] = []
  const args = expr.args.map(arg => {
    if (arg.kind === 'lambda') return emitLambda(arg, out)
    const operand = isGuardedArgument(arg) ? out.guarded(() => out.emit(arg)) : out.emit(arg)
    if (isNullSafe || !operand.isNullable) return operand.code
    const atom = out.atom(operand)
    nulls.push(code`${atom.code} === null`)
    return atom.code
  })
  const call = code`${out.constant(invoke)}(${join(args, code`, `)})`
  return out.throwing(nulls.length === 0 ? call : code`${join(nulls, code` || `)} ? null : ${call}`)
}

function emitLambda(expr: Extract<Expr, {kind: 'lambda'}>, out: Emitter): Code {
  const parameters = join(
    expr.parameters.map(({slot}) => out.slot(slot)),
    code`, `,
  )
  const {statements, result} = out.unguarded(() => out.emit(expr.body))
  return code`(${parameters}) => {\n${lines([...statements, code`return ${result.code};`])}\n}`
}
