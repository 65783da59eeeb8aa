import type {FunctionDefinition} from '../../expr/functions/definition.ts'
import type {Expr} from '../../expr/ir.ts'
import {fingerprint} from '../logical/expr-slots.ts'
import type {SlotCall} from '../logical/node.ts'
import type {FunctionCall} from '../syntax/ast.ts'
import type {CheckContext} from './checked.ts'
import {findFunction, resolveCall} from './check-call.ts'
import {describe} from './describe.ts'
import {refuse} from './refusal.ts'
import type {Slots} from './scope.ts'

/** The table functions of a SELECT list: each becomes a column of a flat-map below the projection. */
export type TableFunctions = {
  readonly calls: () => readonly SlotCall[]
  readonly collect: (call: FunctionCall, definition: FunctionDefinition, context: CheckContext) => Expr
}

export function createTableFunctions(slots: Slots): TableFunctions {
  const calls = new Map<string, SlotCall>()
  return {
    calls: () => [...calls.values()],
    collect: (node, definition, context) => {
      const special: CheckContext['special'] = (inner, at) => {
        const {kind} = findFunction(inner.name, at.env)
        if (kind === 'table') refuse(`Table functions cannot be nested: ${describe(node)}`, inner)
        if (kind === 'aggregate') refuse('Table functions cannot be used with aggregations.', inner)
        return undefined
      }
      const {overload, args, type} = resolveCall(definition, node, {...context, special})
      const id = fingerprint({kind: 'call', type, function: definition.name, overload, args})
      const call = calls.get(id) ?? {
        slot: slots.next(),
        name: `KSQL_SYNTH_${calls.size}`,
        type,
        function: definition.name,
        overload,
        args,
      }
      calls.set(id, call)
      return {kind: 'column', type, index: call.slot, name: call.name}
    },
  }
}
