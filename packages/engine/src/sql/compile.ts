import {allFunctions, lookUpAggregate, lookUpFunction} from '../expr/functions/registry.ts'
import type {FunctionLookup} from './analyzer/environment.ts'
import {Refusal} from './analyzer/refusal.ts'
import {createSettings} from './analyzer/settings.ts'
import {bindParameters} from './statements/bind-parameters.ts'
import {compileStatement} from './statements/compile-statement.ts'
import type {CompileCatalog, CompiledStatement, CompileOptions} from './statements/compiled-statement.ts'
import {Sandbox} from './statements/sandbox.ts'
import {namesMade, ScriptProblems} from './statements/script-problems.ts'
import type {SqlDiagnostic} from './syntax/diagnostic.ts'
import {isStatement, parseParts} from './syntax/parse-script.ts'
import type {Statement} from './syntax/statement-ast.ts'

/** `diagnostics`: at least one, in the order of the text. */
export type Compiled = {readonly statements: readonly CompiledStatement[]} | {readonly diagnostics: readonly SqlDiagnostic[]}

const functions: FunctionLookup = {
  get: name => lookUpFunction(name) ?? lookUpAggregate(name),
  names: () => allFunctions().map(definition => definition.name),
}

/**
 * The reading wing's one door: text in, checked and planned statements out, or all that is wrong. Each statement is
 * compiled against the catalog as those before it will have left it, so a script is checked as a whole before any of it runs.
 * Changes nothing, waits for nothing, and never throws for bad text.
 */
export function compileScript(text: string, catalog: CompileCatalog, options: CompileOptions): Compiled {
  const variables = new Map(Object.entries(options.variables ?? {}))
  const {parts} = parseParts(text, {variables})
  const sandbox = new Sandbox(catalog)
  const properties: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options.properties ?? {})) properties[name.toLowerCase()] = value
  const statements: CompiledStatement[] = []
  const problems = new ScriptProblems()
  for (const part of parts) {
    if (!isStatement(part)) problems.add(part.diagnostic, part.names)
    else if (problems.isDoubtful(part)) problems.addDoubtful(part)
    else {
      const compiled = withVariables(compileOne(part, sandbox, properties, options), variables)
      if ('diagnostic' in compiled) problems.add(compiled.diagnostic, namesMade(part))
      else {
        sandbox.apply(compiled)
        if (compiled.kind === 'set-property') properties[compiled.name.toLowerCase()] = compiled.value
        if (compiled.kind === 'unset-property') delete properties[compiled.name.toLowerCase()]
        if (compiled.kind === 'define-variable') variables.set(compiled.name, compiled.value)
        if (compiled.kind === 'undefine-variable') variables.delete(compiled.name)
        statements.push(compiled)
      }
    }
  }
  return problems.found.length > 0 ? {diagnostics: problems.found} : {statements}
}

/** A parameter begins with one of two characters: most statements have neither. */
const withParameters = (statement: Statement, {parameters = {}}: CompileOptions): Statement =>
  /[$:]/.test(statement.text) ? bindParameters(statement, parameters) : statement

type Outcome = CompiledStatement | {readonly diagnostic: SqlDiagnostic}

/** SHOW VARIABLES answers with what is defined where it stands. */
const withVariables = (outcome: Outcome, variables: ReadonlyMap<string, string>): Outcome =>
  'kind' in outcome && outcome.kind === 'show' && outcome.subject === 'VARIABLES'
    ? {...outcome, variables: Object.fromEntries(variables)}
    : outcome

function compileOne(
  statement: Statement,
  catalog: Sandbox,
  properties: Readonly<Record<string, unknown>>,
  options: CompileOptions,
): Outcome {
  const env = {catalog, functions, settings: createSettings(properties), nowMs: options.nowMs ?? 0}
  try {
    return compileStatement(withParameters(statement, options), {env, options})
  } catch (error) {
    if (error instanceof Refusal) return {diagnostic: error.diagnostic}
    throw error
  }
}
