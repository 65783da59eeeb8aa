import {didYouMean, refuse} from '../analyzer/refusal.ts'
import type {Action} from './compiled-statement.ts'
import {kindWord, type StatementContext, type StatementOf} from './statement-context.ts'

export function compileDropSource(statement: StatementOf<'DropSource'>, {env}: StatementContext): Action {
  const {name, sourceKind, isIfExists, isDeleteTopic} = statement
  const {catalog} = env
  const source = catalog.source(name.text)
  const kind = kindWord(sourceKind)
  const title = kind === 'stream' ? 'Stream' : 'Table'
  if (source === undefined) {
    if (isIfExists) return {kind: 'no-op', message: `${title} ${name.text} does not exist.`}
    const names = catalog.sources().map(other => other.name)
    return refuse(`${title} ${name.text} does not exist.`, name, didYouMean(name.text, names))
  }
  if (source.kind !== kind)
    refuse(
      `Incompatible data source type is ${source.kind.toUpperCase()}, but statement was DROP ${sourceKind}`,
      name,
      `DROP ${source.kind.toUpperCase()} ${name.text} drops it.`,
    )
  if (isDeleteTopic && source.isReadOnly) refuse(`Cannot delete topic for read-only source: ${source.name}`, statement)
  const own = source.createdBy === undefined ? [] : [source.createdBy]
  const readers = catalog.readers(source.name).filter(id => !own.includes(id))
  const writers = catalog.writers(source.name).filter(id => !own.includes(id))
  if (readers.length + writers.length > 0)
    refuse(
      `Cannot drop ${source.name}.\nThe following queries read from this source: [${readers.join(', ')}].\n` +
        `The following queries write into this source: [${writers.join(', ')}].\nYou need to terminate them before dropping ${source.name}.`,
      name,
      `TERMINATE ${readers[0] ?? writers[0] ?? ''};`,
    )
  return {kind: 'drop-source', source, terminates: own, deletesTopic: isDeleteTopic}
}
