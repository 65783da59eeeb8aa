import {sourceOf, type Code} from './code.ts'
import {support, type Support} from './support.ts'

type Factory = (constants: readonly unknown[], support: Support) => unknown

/** Compiled sources; the constants of a place of use are not part of them. */
const MAX_SOURCES = 1_000
const factories = new Map<string, Factory>()

/**
 * Compiles `source`, an expression for a function, in which `k0`, `k1`, … are `constants` and `s` is the support library.
 * Functions for different `shapes` of input are compiled apart, so that V8 sees one kind of array in each.
 * This is the only place that turns text into code; see `code.ts` for why the text can be trusted.
 */
export function compile<F>(source: Code, constants: readonly unknown[], shapes: string): F {
  const text = `"use strict";\n${constants.map((_, i) => `const k${i} = k[${i}];\n`).join('')}return ${sourceOf(source)}`
  const key = `${shapes}\n${text}`
  let factory = factories.get(key)
  if (factory === undefined) {
    factory = new Function('k', 's', text) as Factory
    const [oldest] = factories.keys()
    if (factories.size >= MAX_SOURCES && oldest !== undefined) factories.delete(oldest)
  } else factories.delete(key)
  factories.set(key, factory)
  return factory(constants, support) as F
}
