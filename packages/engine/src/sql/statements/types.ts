import {didYouMean, refuse} from '../analyzer/refusal.ts'
import {isBuiltIn, resolveType} from '../analyzer/resolve-type.ts'
import type {Action} from './compiled-statement.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

export function compileCreateType({name, type, isIfNotExists}: StatementOf<'CreateType'>, {env}: StatementContext): Action {
  if (isBuiltIn(name.text)) refuse(`Cannot register custom type '${name.text}': it is the name of a built-in type.`, name)
  if (env.catalog.type(name.text) !== undefined) {
    const message = `Cannot register custom type '${name.text}': it is already registered.`
    return isIfNotExists ? {kind: 'no-op', message} : refuse(message, name, `DROP TYPE ${name.text} removes it.`)
  }
  return {kind: 'create-type', name: name.text, type: resolveType(type, env.catalog)}
}

export function compileDropType({name, isIfExists}: StatementOf<'DropType'>, {env}: StatementContext): Action {
  if (env.catalog.type(name.text) !== undefined) return {kind: 'drop-type', name: name.text}
  const message = `Type ${name.text} does not exist.`
  return isIfExists ? {kind: 'no-op', message} : refuse(message, name, didYouMean(name.text, env.catalog.types().keys()))
}
