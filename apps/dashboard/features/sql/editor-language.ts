import {autocompletion, type Completion, type CompletionContext, type CompletionResult} from '@codemirror/autocomplete'
import {sql, SQLDialect} from '@codemirror/lang-sql'
import type {Extension} from '@codemirror/state'
import type {SqlFunction} from '../../graphql/sql.ts'
import type {Column} from '../../graphql/sources.ts'

type NamedColumns = {readonly name: string; readonly columns: readonly Column[]}
export type Catalog = {
  readonly streams: readonly NamedColumns[]
  readonly tables: readonly NamedColumns[]
  readonly functions: readonly SqlFunction[]
}

const keywords = `add advance all alter and array as asc assert at begin between by case cast changes column columns connector
  connectors create cross days day decimal define delete desc describe distinct drop else emit end escape except exists explain
  extended false final foreign from full function functions grace group having header headers hopping hour hours if ilike in index
  inner insert integer intersect interval into is join key left like limit materialized millisecond milliseconds minute minutes
  month months natural not null of offset on or order outer over partition partitions pause period primary print properties
  queries query rename replace reset resume retention returning right rowkey rowoffset rowpartition rowtime run sample second
  seconds select session set show size source stream streams table tables terminate then throw timestamp to topic topics true
  tumbling type types undefine union unset using value values variables variable view when where window windowend windowstart
  with within year years`
const types = 'array bigint boolean bytes date decimal double int integer map string struct time timestamp varchar'

const dialect = SQLDialect.define({
  keywords: keywords.replaceAll(/\s+/g, ' '),
  types,
  identifierQuotes: '`"',
  doubleDollarQuotedStrings: false,
  backslashEscapes: false,
})

const functionCompletion = (it: SqlFunction): Completion => ({
  label: it.name,
  type: 'function',
  detail: it.kind.toLowerCase(),
  info: [it.description, ...it.signatures].filter(Boolean).join('\n'),
  apply: `${it.name}(`,
})

const functionSource = (functions: readonly SqlFunction[]) => {
  const options = functions.map(functionCompletion)
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/\w+/)
    return word ? {from: word.from, options, validFor: /^\w*$/} : null
  }
}

/** Highlighting and completion: keywords, sources, their columns, functions with what they take. */
export function language(catalog: Catalog | undefined): Extension {
  const sources = [...(catalog?.streams ?? []), ...(catalog?.tables ?? [])]
  const schema = Object.fromEntries(
    sources.map(source => [
      source.name,
      source.columns.map((column): Completion => ({label: column.name, detail: column.type, type: 'property'})),
    ]),
  )
  const support = sql({dialect, schema, upperCaseKeywords: true})
  return [
    support,
    dialect.language.data.of({autocomplete: functionSource(catalog?.functions ?? [])}),
    autocompletion({icons: false, maxRenderedOptions: 60}),
  ]
}
