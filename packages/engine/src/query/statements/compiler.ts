import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {Catalog} from '../../catalog/catalog.ts'
import type {ExecuteOptions, SqlRejection} from '../../engine-api.ts'
import {compileScript, type Compiled} from '../../sql/compile.ts'
import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'
import {rejectionOf} from '../rejection.ts'

/** Session properties by lower-case name. */
export type Settings = Readonly<Record<string, string>>
export type Script = {readonly kind: 'script'; readonly statements: readonly CompiledStatement[]; readonly settings: Settings}

export type CompilerOptions = {
  readonly clock: Clock
  readonly properties: Readonly<Record<string, unknown>>
  readonly partitions: number
}

/** Text to checked statements, with the properties that hold for them. */
export class Compiler {
  readonly #options: CompilerOptions
  /** Of ALTER SYSTEM: they hold for all that follows in this process. */
  readonly systemProperties = new Map<string, string>()

  constructor(options: CompilerOptions) {
    this.#options = options
  }

  /** What holds where a request says nothing else, under what it says. */
  settings(properties: Readonly<Record<string, unknown>> = {}): Settings {
    const layers = [this.#options.properties, Object.fromEntries(this.systemProperties), properties]
    const entries = layers.flatMap(layer => Object.entries(layer)).filter(([, value]) => value !== null && value !== undefined)
    return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), propertyText(name, value)]))
  }

  script(sql: string, catalog: Catalog, options: ExecuteOptions): Script | SqlRejection {
    const settings = this.settings(options.properties)
    const compiled = this.#compile(sql, catalog, settings, options)
    if ('statements' in compiled) return {kind: 'script', statements: compiled.statements, settings}
    const [first] = compiled.diagnostics
    if (first === undefined) throw new EngineError('SQL_INVALID', 'the statement was refused without a reason')
    return rejectionOf(sql, first)
  }

  /** All that is wrong in a script. */
  problems(sql: string, catalog: Catalog): readonly SqlRejection[] {
    const compiled = this.#compile(sql, catalog, this.settings(), {})
    return 'statements' in compiled ? [] : compiled.diagnostics.map(diagnostic => rejectionOf(sql, diagnostic))
  }

  #compile(sql: string, catalog: Catalog, settings: Settings, {parameters}: ExecuteOptions): Compiled {
    const {clock, partitions} = this.#options
    let made = 0
    return compileScript(sql, catalog, {
      properties: settings,
      ...(parameters && {parameters}),
      defaults: {partitions},
      nowMs: clock.nowMs(),
      // Every query adds to the version, so no id comes twice.
      newQueryId: hint => `${plain(hint)}_${catalog.version + made++}`,
    })
  }
}

/** Topics are named after queries, and TERMINATE takes names in capitals. */
const plain = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9_-]/g, '_')
    .toUpperCase()
    .slice(0, 100)

export type Select<K extends 'pull' | 'push'> = {
  readonly kind: 'select'
  readonly statement: Extract<CompiledStatement, {kind: K}>
  readonly settings: Settings
}

/** A script that is executed has no rows to give: a SELECT in it is refused before any of it runs. */
export function refusedSelect(sql: string, {statements}: Script): SqlRejection | undefined {
  const select = statements.find(({kind}) => kind === 'pull' || kind === 'push')
  return (
    select &&
    rejectionOf(sql, {
      code: 'SQL_INVALID',
      message: 'A SELECT gives rows, and a script that is executed does not.',
      span: select.span,
      hint:
        select.kind === 'pull'
          ? 'Send it alone, as a pull query.'
          : 'Send it alone, as a push query; CREATE … AS SELECT keeps its result in a stream or table.',
    })
  )
}

/** The one query that a script consists of, behind any SET and UNSET. */
export function selectOf<K extends 'pull' | 'push'>(
  sql: string,
  {statements, settings}: Script,
  kind: K,
): Select<K> | SqlRejection {
  const statement = statements.at(-1)
  const isAlone = statements.slice(0, -1).every(each => each.kind === 'set-property' || each.kind === 'unset-property')
  if (isAlone && statement !== undefined && isKind(statement, kind))
    return {kind: 'select', statement, settings: withSet(settings, statements)}
  const other = statements.find(
    each => each.kind !== 'set-property' && each.kind !== 'unset-property' && !(each === statement && isKind(each, kind)),
  )
  return rejectionOf(sql, {code: 'SQL_INVALID', ...expectations[kind], span: other?.span ?? {start: 0, end: sql.length}})
}

const expectations = {
  pull: {
    message: 'found another statement, expected one SELECT without EMIT',
    hint: 'SELECT … EMIT CHANGES is a push query; other statements are executed.',
  },
  push: {
    message: 'found another statement, expected one SELECT … EMIT CHANGES',
    hint: 'Without EMIT CHANGES a SELECT is a pull query.',
  },
} as const

const isKind = <K extends CompiledStatement['kind']>(
  statement: CompiledStatement,
  kind: K,
): statement is Extract<CompiledStatement, {kind: K}> => statement.kind === kind

/** The settings that hold behind the SET and UNSET among the statements. */
export function withSet(settings: Settings, statements: readonly CompiledStatement[]): Settings {
  const changed: Record<string, string> = {...settings}
  for (const statement of statements) {
    if (statement.kind === 'set-property') changed[statement.name.toLowerCase()] = statement.value
    if (statement.kind === 'unset-property') delete changed[statement.name.toLowerCase()]
  }
  return changed
}

function propertyText(name: string, value: unknown): string {
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') return String(value)
  const found = Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
  throw new EngineError('INVALID_ARGUMENT', `properties: found ${found} for ${name}, expected text, a number, true or false`)
}
