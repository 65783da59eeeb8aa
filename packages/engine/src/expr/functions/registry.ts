import {EngineError} from '../../base/errors.ts'
import {averageAggregates} from '../aggregates/average.ts'
import {collectAggregates} from '../aggregates/collect.ts'
import {countDistinctAggregates} from '../aggregates/count-distinct.ts'
import {countAggregates} from '../aggregates/count.ts'
import type {AggregateDefinition} from '../aggregates/definition.ts'
import {histogramAggregates} from '../aggregates/histogram.ts'
import {minMaxAggregates} from '../aggregates/min-max.ts'
import {offsetAggregates} from '../aggregates/offset.ts'
import {statisticsAggregates} from '../aggregates/statistics.ts'
import {sumAggregates} from '../aggregates/sum.ts'
import {topKAggregates} from '../aggregates/topk.ts'
import {arrayFunctions} from './array.ts'
import {bytesFunctions} from './bytes.ts'
import {comparisonFunctions} from './comparison.ts'
import {dateTimeFunctions} from './date-time.ts'
import type {FunctionDefinition} from './definition.ts'
import {geoFunctions} from './geo.ts'
import {jsonFunctions} from './json.ts'
import {lambdaFunctions} from './lambda.ts'
import {mapFunctions} from './map.ts'
import {maskFunctions} from './mask.ts'
import {mathFunctions} from './math.ts'
import {nullFunctions} from './nulls.ts'
import {regexFunctions} from './regex.ts'
import {roundingFunctions} from './rounding.ts'
import {stringFunctions} from './string.ts'
import {tableFunctions} from './table.ts'
import {urlFunctions} from './url.ts'

export type AnyFunction = FunctionDefinition | AggregateDefinition

const builtIns: readonly AnyFunction[] = [
  ...mathFunctions,
  ...roundingFunctions,
  ...comparisonFunctions,
  ...stringFunctions,
  ...maskFunctions,
  ...bytesFunctions,
  ...dateTimeFunctions,
  ...arrayFunctions,
  ...mapFunctions,
  ...lambdaFunctions,
  ...jsonFunctions,
  ...urlFunctions,
  ...regexFunctions,
  ...nullFunctions,
  ...geoFunctions,
  ...tableFunctions,
  ...countAggregates,
  ...sumAggregates,
  ...averageAggregates,
  ...minMaxAggregates,
  ...collectAggregates,
  ...offsetAggregates,
  ...topKAggregates,
  ...histogramAggregates,
  ...statisticsAggregates,
  ...countDistinctAggregates,
]

const builtInNames: ReadonlySet<string> = new Set(builtIns.map(definition => definition.name))
const functions = new Map(builtIns.map(definition => [definition.name, definition]))

/** A scalar or table function, by name in any case. */
export function lookUpFunction(name: string): FunctionDefinition | undefined {
  const found = functions.get(name.toUpperCase())
  return found === undefined || found.kind === 'aggregate' ? undefined : found
}

/** An aggregate function, by name in any case. */
export function lookUpAggregate(name: string): AggregateDefinition | undefined {
  const found = functions.get(name.toUpperCase())
  return found?.kind === 'aggregate' ? found : undefined
}

/** Every function, built in or registered, by name. */
export const allFunctions = (): AnyFunction[] =>
  [...functions.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))

export const isBuiltIn = (name: string): boolean => builtInNames.has(name.toUpperCase())

/**
 * Adds a user's function; it can be used in statements from then on, in this process. Names are case-insensitive. Throws
 * EngineError INVALID_ARGUMENT for a name that is no identifier or is taken, and for a definition without overloads. Gives
 * back a function that removes it again; queries that already use it keep it.
 */
export function registerFunction(definition: AnyFunction): () => void {
  const name = definition.name.toUpperCase()
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name))
    throw new EngineError(
      'INVALID_ARGUMENT',
      `'${definition.name}' is no function name: expected letters, digits and underscores`,
    )
  if (functions.has(name))
    throw new EngineError(
      'INVALID_ARGUMENT',
      `A ${isBuiltIn(name) ? 'built-in ' : ''}function named ${name} exists: choose another name`,
    )
  if (definition.overloads.length === 0)
    throw new EngineError('INVALID_ARGUMENT', `The function ${name} has no overloads: expected at least one`)
  const registered = {...definition, name}
  functions.set(name, registered)
  return () => {
    if (functions.get(name) === registered) functions.delete(name)
  }
}
