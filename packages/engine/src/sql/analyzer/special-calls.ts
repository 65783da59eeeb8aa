import type {FunctionCall} from '../syntax/ast.ts'
import type {CheckContext} from './checked.ts'
import {findFunction} from './check-call.ts'
import {refuse} from './refusal.ts'
import type {Clause} from './scope.ts'

/** For clauses in which only scalar functions may stand. */
export const scalarsOnly =
  (clause: Clause): CheckContext['special'] =>
  (call: FunctionCall, context: CheckContext) => {
    const definition = findFunction(call.name, context.env)
    if (definition.kind === 'scalar') return undefined
    for (const arg of call.args) if (arg.kind !== 'Lambda') context.check(arg, context)
    return refuse(
      `${clause} does not support ${definition.kind} functions: ${definition.name} is ${definition.kind === 'table' ? 'a table' : 'an aggregate'} function.`,
      call,
    )
  }
