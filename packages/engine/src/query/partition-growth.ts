import {EngineError} from '../base/errors.ts'
import type {Catalog} from '../catalog/catalog.ts'

/**
 * A topic can't grow under a query or a table: its keys would move to other partitions, away from the state that is kept of
 * them, and tasks would read and write by the old number. EngineError TOPIC_MISMATCH names them.
 */
export function refuseGrowth(catalog: Catalog, topic: string): void {
  const over = catalog.sourcesOver(topic)
  const names = new Set(over.map(({name}) => name))
  const queries = catalog.queries().filter(({sink, sources}) => names.has(sink) || sources.some(source => names.has(source)))
  const tables = over.filter(({kind, createdBy}) => kind === 'table' && createdBy === undefined)
  const users = [...queries.map(({id}) => `query ${id}`), ...tables.map(({name}) => `table ${name}`)]
  if (users.length === 0) return
  const message = `topic ${topic} can't get more partitions while ${users.join(', ')} use${users.length > 1 ? '' : 's'} it: keys would move away from what is kept of them. End them first, or write into a new topic (INSERT INTO … SELECT)`
  throw new EngineError('TOPIC_MISMATCH', message, {topic})
}
