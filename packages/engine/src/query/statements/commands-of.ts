import type {Catalog} from '../../catalog/catalog.ts'
import type {Command, QueryRecord} from '../../catalog/command.ts'
import type {TopicSettings as EngineSettings} from '../../engine-api.ts'
import {indexPrefix} from '../../plan/table-index.ts'
import {sourcesOf} from '../../plan/plan-sources.ts'
import type {PersistentPlan} from '../../plan/query-plan.ts'
import type {Offset} from '../../record/record.ts'
import type {CompiledStatement, TopicConfig, TopicSettings} from '../../sql/statements/compiled-statement.ts'

export type QueryStart = {
  /** Session properties, as text. */
  readonly settings: Readonly<Record<string, string>>
  /** Where a new query begins; undefined: at the begin. */
  readonly start: Readonly<Record<string, readonly Offset[]>> | undefined
}

/** What a checked statement changes in the catalog; nothing for those that only ask or write records. */
export function commandsOf(statement: CompiledStatement, catalog: Catalog, how: QueryStart): readonly Command[] {
  switch (statement.kind) {
    case 'create-source':
    case 'alter-source':
      return [{kind: 'put-source', source: statement.source}]
    case 'create-as':
      return [
        {kind: 'put-source', source: statement.source},
        {kind: 'start-query', query: queryRecord(statement.text, statement.plan, statement.topic, catalog, how)},
      ]
    case 'insert-select':
      return [{kind: 'start-query', query: queryRecord(statement.text, statement.plan, undefined, catalog, how)}]
    case 'drop-source':
      return [
        ...statement.terminates.map((id): Command => ({kind: 'terminate-query', id})),
        ...[...statement.dependents, statement.source].map(({name}): Command => ({kind: 'drop-source', name})),
      ]
    case 'create-index':
      return [{kind: 'put-index', index: {...statement.index, store: `${indexPrefix}${statement.index.name}/${catalog.version}`}}]
    case 'drop-index':
      return [{kind: 'drop-index', name: statement.name}]
    case 'create-type':
      return [{kind: 'put-type', name: statement.name, type: statement.type}]
    case 'drop-type':
      return [{kind: 'drop-type', name: statement.name}]
    case 'control-query': {
      const ids = statement.queryId === undefined ? catalog.queries().map(({id}) => id) : [statement.queryId]
      return ids.map(id => ({kind: `${statement.action}-query`, id}))
    }
    default:
      return []
  }
}

function queryRecord(
  statement: string,
  plan: PersistentPlan,
  topic: TopicConfig | undefined,
  catalog: Catalog,
  {settings, start}: QueryStart,
): QueryRecord {
  const before = catalog.query(plan.queryId)
  const from = before ? before.start : start
  return {
    id: plan.queryId,
    statement,
    plan,
    sources: sourcesOf(plan.root),
    sink: plan.sink.sourceName,
    isPaused: before?.isPaused ?? false,
    sinkSettings: before?.sinkSettings ?? settingsOf(topic),
    settings,
    ...(from && {start: from}),
  }
}

/** Settings of a topic as a statement names them; it says -1 for "for ever". */
export function settingsOf(topic: TopicConfig | undefined): EngineSettings {
  if (topic === undefined) return {}
  const {name: _name, partitions: _partitions, encoding: _encoding, ...settings} = topic
  return withBounds(settings)
}

export function withBounds({retentionMs, retentionBytes, maxCompactionLagMs, ...settings}: TopicSettings): EngineSettings {
  const bound = (value: number): number | null => (value === -1 ? null : value)
  return {
    ...settings,
    ...(retentionMs !== undefined && {retentionMs: bound(retentionMs)}),
    ...(retentionBytes !== undefined && {retentionBytes: bound(retentionBytes)}),
    ...(maxCompactionLagMs !== undefined && {maxCompactionLagMs: bound(maxCompactionLagMs)}),
  }
}
