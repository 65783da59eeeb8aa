import type {Source} from '../../plan/source.ts'
import {didYouMean, refuse} from '../analyzer/refusal.ts'
import type {Action, CompileCatalog} from './compiled-statement.ts'
import {kindWord, type StatementContext, type StatementOf} from './statement-context.ts'

type Statement = StatementOf<'DropSource'>

export function compileDropSource(statement: Statement, {env}: StatementContext): Action {
  const {name, sourceKind, isIfExists, isDeleteTopic, isCascade} = statement
  const {catalog} = env
  const source = catalog.source(name.text)
  const kind = kindWord(sourceKind)
  const title = kind === 'stream' ? 'Stream' : 'Table'
  if (source === undefined) {
    if (isIfExists) return {kind: 'no-op', message: `${title} ${name.text} does not exist.`}
    const names = catalog.sources().map(other => other.name)
    return refuse(
      `${title} ${name.text} does not exist.`,
      name,
      didYouMean(name.text, names) ?? `SHOW ${sourceKind}S lists what there is.`,
    )
  }
  if (source.kind !== kind)
    refuse(
      `Incompatible data source type is ${source.kind.toUpperCase()}, but statement was DROP ${sourceKind}`,
      name,
      `DROP ${source.kind.toUpperCase()} ${name.text} drops it.`,
    )
  if (isDeleteTopic && source.isReadOnly) refuse(`Cannot delete topic for read-only source: ${source.name}`, statement)
  if (isCascade) return {kind: 'drop-source', source, ...madeOf(source, catalog), deletesTopic: isDeleteTopic}
  const own = source.createdBy === undefined ? [] : [source.createdBy]
  refuseUsed(source, own, statement, catalog)
  return {kind: 'drop-source', source, dependents: [], terminates: own, deletesTopic: isDeleteTopic}
}

function refuseUsed(source: Source, own: readonly string[], {name, sourceKind}: Statement, catalog: CompileCatalog): void {
  const readers = catalog.readers(source.name).filter(id => !own.includes(id))
  const writers = catalog.writers(source.name).filter(id => !own.includes(id))
  if (readers.length + writers.length > 0)
    refuse(
      `Cannot drop ${source.name}.\nThe following queries read from this source: [${readers.join(', ')}].\n` +
        `The following queries write into this source: [${writers.join(', ')}].\nYou need to terminate them before dropping ${source.name}.`,
      name,
      `TERMINATE ${readers[0] ?? writers[0] ?? ''}; or, with all that is made of it: DROP ${sourceKind} ${source.name} CASCADE;`,
    )
}

/** CASCADE: the queries that read or write what goes, and the streams and tables that they keep, again with all of theirs. */
function madeOf(source: Source, catalog: CompileCatalog): {dependents: readonly Source[]; terminates: readonly string[]} {
  const gone: Source[] = [source]
  const ended = new Set<string>()
  for (const {name, createdBy} of gone)
    for (const id of [...catalog.readers(name), ...catalog.writers(name), ...(createdBy === undefined ? [] : [createdBy])]) {
      if (ended.has(id)) continue
      ended.add(id)
      const made = catalog.query(id)?.plan.sink.sourceName
      const sink = made === undefined ? undefined : catalog.source(made)
      if (sink?.createdBy === id && !gone.some(each => each.name === sink.name)) gone.push(sink)
    }
  return {dependents: gone.slice(1).reverse(), terminates: [...ended]}
}
