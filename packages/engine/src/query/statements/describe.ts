import {EngineError} from '../../base/errors.ts'
import type {Catalog} from '../../catalog/catalog.ts'
import type {Health, TopicInfo} from '../../engine-api.ts'
import type {AnyFunction} from '../../expr/functions/registry.ts'
import type {Source} from '../../plan/source.ts'
import {printType} from '../../schema/sql-type.ts'
import {table, type TableAnswer} from './table-answer.ts'

/** A row a partition; the settings, and what the store promises at this moment, in the message. */
export function describeTopic(
  {name, encoding, settings, partitions}: TopicInfo,
  catalog: Catalog,
  {durability, facts}: Health,
): TableAnswer {
  const users = catalog.sources().filter(({topic}) => topic === name)
  const lines = [
    `topic ${name} (${encoding}, ${partitions.length} partitions)`,
    ...Object.entries(settings).map(([setting, value]) => `${setting}: ${value ?? 'no bound'}`),
    `acks LEADER survives: ${durability.leader}`,
    `acks ALL survives: ${durability.all}`,
    ...Object.entries(facts).flatMap(([fact, value]) => (replicationFacts.has(fact) ? [`${fact}: ${value}`] : [])),
    ...(users.length > 0 ? [`under ${users.map(source => `${source.kind} ${source.name}`).join(', ')}`] : []),
  ]
  const rows = partitions.map(({id, beginOffset, endOffset, bytes}) => ({
    ...{partition: id, beginOffset, endOffset, records: endOffset - beginOffset, bytes},
  }))
  return table(['partition', 'beginOffset', 'endOffset', 'records', 'bytes'], rows, lines.join('\n'))
}

export function describeSource(source: Source, catalog: Catalog, more: readonly string[]): TableAnswer {
  const {schema, name, kind, headerColumns, statement} = source
  const rows = [
    ...schema.key.map(column => ({
      column: column.name,
      type: printType(column.type),
      role: kind === 'table' ? 'primary key' : 'key',
    })),
    ...schema.value.map(column => ({column: column.name, type: printType(column.type), role: 'value'})),
    ...headerColumns.map(column => ({column: column.name, type: printType(column.type), role: 'header'})),
  ]
  const readers = catalog.readers(name)
  const writers = catalog.writers(name)
  const lines = [
    `${kind} ${name} over topic ${source.topic} (key ${source.formats.key.name}, value ${source.formats.value.name}, ${source.partitions} partitions)`,
    ...(source.window === undefined ? [] : [windowLine(source.window)]),
    ...more,
    ...(readers.length > 0 ? [`read by ${readers.join(', ')}`] : []),
    ...catalog
      .indexes()
      .filter(index => index.table === name)
      .map(index => `index ${index.name} on ${index.columns.join(', ')}`),
    ...(writers.length > 0 ? [`written by ${writers.join(', ')}`] : []),
    statement,
  ]
  return {...table(['column', 'type', 'role'], rows, lines.join('\n')), source: name}
}

export function describeFunction(functions: readonly AnyFunction[], name: string): TableAnswer {
  const found = functions.find(each => each.name === name.toUpperCase())
  if (found === undefined) throw new EngineError('SQL_INVALID', `there is no function ${name}`)
  const rows = found.overloads.map(({parameters, isVariadic, returns}) => ({
    signature: `${found.name}(${parameters.map(({name: parameter}) => parameter).join(', ')}${isVariadic ? ', ...' : ''})`,
    returns: typeof returns === 'function' ? 'depends on the arguments' : printType(returns),
  }))
  return table(['signature', 'returns'], rows, `${found.name}: ${found.description}`)
}

const windowLine = (window: NonNullable<Source['window']>): string =>
  `its key has a ${window.kind} window${window.kind === 'session' ? '' : ` of ${window.sizeMs} ms`}`

/** Those of a store's facts that say how safe what is in a topic is. */
const replicationFacts = new Set(['replicas', 'persistence', 'warning'])
