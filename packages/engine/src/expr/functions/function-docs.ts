import {printType} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {AggregateOverload} from '../aggregates/definition.ts'
import {printParameter} from '../resolve-function.ts'
import type {FunctionCategory, Overload, ParameterType} from './definition.ts'
import {allFunctions, isBuiltIn} from './registry.ts'
import type {AnyFunction} from './registry.ts'

const TITLES: Readonly<Record<FunctionCategory, string>> = {
  aggregate: 'Aggregate functions',
  table: 'Table functions',
  mathematical: 'Mathematics',
  string: 'Text',
  'date-time': 'Date and time',
  array: 'Arrays',
  map: 'Maps',
  lambda: 'Lambdas',
  json: 'JSON',
  url: 'URLs',
  regex: 'Regular expressions',
  nulls: 'NULL handling',
  bytes: 'Bytes',
  other: 'Others',
}

/** The page about all built-in functions, as Markdown. */
export function functionDocs(): string {
  const functions = allFunctions().filter(definition => isBuiltIn(definition.name))
  const sections = Object.entries(TITLES).map(([category, title]) => {
    const members = functions.filter(definition => definition.category === category)
    return [`## ${title}`, ...members.map(describe)].join('\n\n')
  })
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`
}

const INTRODUCTION = `# Functions

Written from the definitions by \`tools/gen-function-docs.mjs\`.

Names may be written in any case. Unless said otherwise, a function gives NULL for a NULL argument. Where a scalar function
cannot give a result (an error, below), the column is NULL and the row is reported in the processing log; an error in an aggregate
function ends the query. Numbers widen to what a function wants: INT to BIGINT to DECIMAL to DOUBLE. \`T...\` may be repeated,
also zero times.`

function describe(definition: AnyFunction): string {
  const {name, overloads, description} = definition
  const signatures = new Set<string>(overloads.map(overload => signature(name, overload)))
  const notes = definition.kind === 'aggregate' && !overTables(definition.overloads) ? '\n\nOver streams only.' : ''
  return `### ${name}\n\n\`\`\`sql\n${[...signatures].join('\n')}\n\`\`\`\n\n${description}${notes}`
}

function signature(name: string, overload: Overload | AggregateOverload): string {
  const {parameters, isVariadic, variadicIndex = parameters.length - 1, returns} = overload
  const printed = parameters.map(({name: label, type}, i) => {
    const dots = isVariadic === true && i === variadicIndex ? '...' : ''
    return `${label} ${printParameter(type)}${dots}`
  })
  return `${name}(${printed.join(', ')}) → ${printResult(overload, returns)}`
}

/** A computed type is that of example arguments, with the variables' names for their types. */
function printResult({parameters}: Pick<Overload, 'parameters'>, returns: Overload['returns']): string {
  if (typeof returns !== 'function') return printed(returns)
  const variables = new Map(['T', 'K', 'V', 'R', 'S'].map(name => [name, standIn(name)]))
  const types = parameters.map(({type}) => exampleOf(type))
  return printed(returns({types, literals: [], variables}))
}

/** No SQL type prints like this, so that what comes out of a computed type can be told from it. */
const standIn = (name: string): SqlType => ({kind: 'STRUCT', fields: [{name: `#${name}`, type: {kind: 'BOOLEAN'}}]})
const EXAMPLE_DECIMAL: SqlType = {kind: 'DECIMAL', precision: 9, scale: 2}

function exampleOf(type: ParameterType): SqlType {
  switch (type.match) {
    case 'exact':
      return type.type
    case 'kind':
      return EXAMPLE_DECIMAL
    case 'variable':
      return standIn(type.name)
    case 'any':
      return standIn('ANY')
    case 'array':
      return {kind: 'ARRAY', element: exampleOf(type.element)}
    case 'map':
      return {kind: 'MAP', key: exampleOf(type.key), value: exampleOf(type.value)}
    default:
      return {kind: 'VARCHAR'}
  }
}

const printed = (type: SqlType) =>
  printType(type)
    .replaceAll(/STRUCT<`#(\w+)` BOOLEAN>/g, '$1')
    .replaceAll(/DECIMAL\(\d+, \d+\)/g, 'DECIMAL')
    .replaceAll('STRING', 'VARCHAR')
    .replaceAll('INTEGER', 'INT')

function overTables(overloads: readonly AggregateOverload[]): boolean {
  return overloads.every(({parameters, bind, bindOnTable}) => {
    const args = {
      types: parameters.map(({type}) => exampleOf(type)),
      literals: parameters.map(() => 1),
      variables: new Map([['T', standIn('T')]]),
      result: EXAMPLE_DECIMAL,
      settings: {get: () => undefined, nowMs: () => 0},
    }
    return bindOnTable !== undefined || bind(args).undo !== undefined
  })
}
