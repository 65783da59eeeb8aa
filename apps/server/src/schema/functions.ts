import type {EngineApi} from '@millrace/engine'
import {printSignature} from '@millrace/engine'
import {builder} from './builder.ts'

type AnyFunction = ReturnType<EngineApi['functions']>[number]

const FunctionRef = builder.objectRef<AnyFunction>('SqlFunction').implement({
  fields: t => ({
    name: t.exposeString('name'),
    kind: t.string({resolve: it => it.kind.toUpperCase()}),
    category: t.string({resolve: it => it.category}),
    description: t.exposeString('description'),
    signatures: t.stringList({resolve: it => it.overloads.map(overload => printSignature(it.name, overload))}),
  }),
})

builder.queryField('functions', t => t.field({type: [FunctionRef], resolve: (_, __, {engine}) => [...engine.functions()]}))
