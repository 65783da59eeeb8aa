import {isAbsolute} from 'node:path'
import {pathToFileURL} from 'node:url'
import {EngineError} from '../base/errors.ts'
import {registerFunction, type AnyFunction} from '../expr/functions/registry.ts'

/**
 * The functions that a module exports: `export const functions = [...]`, or the same as its default. An absolute path or a
 * URL. INVALID_CONFIG when it can't be imported or exports none.
 */
export async function loadFunctions(module: string): Promise<readonly AnyFunction[]> {
  const url = isAbsolute(module) ? pathToFileURL(module).href : module
  let exported: {readonly functions?: unknown; readonly default?: unknown}
  try {
    exported = await import(url)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new EngineError('INVALID_CONFIG', `the module of user functions ${module} can't be imported: ${reason}`, {}, error)
  }
  const found = exported.functions ?? exported.default
  if (Array.isArray(found) && found.every(isDefinition)) return found
  throw new EngineError('INVALID_CONFIG', `${module}: expected \`export const functions = [scalarFunction(…), …]\``)
}

const isDefinition = (value: unknown): value is AnyFunction =>
  typeof value === 'object' && value !== null && 'name' in value && 'kind' in value && 'overloads' in value

/** Definitions in use in this thread, by how many; the same one may be used by several engines. */
const inUse = new Map<AnyFunction, {users: number; readonly remove: () => void}>()

/** Registers functions for as long as they are used; gives back a function that lets them go. All or none. */
export function useFunctions(definitions: readonly AnyFunction[]): () => void {
  const taken: AnyFunction[] = []
  const release = (): void => {
    for (const definition of taken.splice(0)) {
      const entry = inUse.get(definition)
      if (entry === undefined || --entry.users > 0) continue
      entry.remove()
      inUse.delete(definition)
    }
  }
  try {
    for (const definition of definitions) {
      const entry = inUse.get(definition)
      if (entry === undefined) inUse.set(definition, {users: 1, remove: registerFunction(definition)})
      else entry.users++
      taken.push(definition)
    }
  } catch (error) {
    release()
    throw error
  }
  return release
}
