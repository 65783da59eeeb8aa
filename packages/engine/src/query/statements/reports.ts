import {assertNever} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import type {Catalog} from '../../catalog/catalog.ts'
import type {Health, LogRecord, QueryInfo, TopicInfo} from '../../engine-api.ts'
import type {EvaluationEnv} from '../../expr/bind.ts'
import type {AnyFunction} from '../../expr/functions/registry.ts'
import type {KeyIndexOf} from '../../plan/explain-pull.ts'
import type {Source} from '../../plan/source.ts'
import {printType} from '../../schema/sql-type.ts'
import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'
import {hasOneForm} from '../pull/indexed-keys.ts'
import {describeFunction, describeSource, describeTopic} from './describe.ts'
import {explainPlan} from './explain.ts'
import {table, text, type Row, type TableAnswer} from './table-answer.ts'

/** What the answers are made from. */
export type Facts = {
  readonly topics: () => Promise<readonly TopicInfo[]>
  readonly topic: (name: string) => Promise<TopicInfo | undefined>
  readonly health: () => Promise<Health>
  readonly queries: () => readonly QueryInfo[]
  readonly functions: () => readonly AnyFunction[]
  readonly properties: () => ReadonlyMap<string, string>
  /** What expressions are compiled with. */
  readonly evaluation: () => EvaluationEnv
  /** The first records of a topic, or the newest, in the order of their times. */
  readonly someRecords: (topic: string, isFromBeginning: boolean, count: number) => Promise<readonly LogRecord[]>
}

type Report = Extract<
  CompiledStatement,
  {
    kind:
      | 'show'
      | 'describe-source'
      | 'describe-sources'
      | 'describe-function'
      | 'describe-topic'
      | 'explain'
      | 'explain-query'
      | 'print-topic'
  }
>

/** Answers of SHOW, DESCRIBE, EXPLAIN and PRINT: rows by column name. */
export class Reports {
  readonly #facts: Facts

  constructor(facts: Facts) {
    this.#facts = facts
  }

  async answer(statement: Report, catalog: Catalog): Promise<TableAnswer> {
    switch (statement.kind) {
      case 'show':
        return this.#show(statement, catalog)
      case 'describe-sources': {
        const found = catalog.sources().filter(({kind}) => kind === statement.of)
        return table(sourceColumns, found.map(sourceRow), `${found.length} ${statement.of}s`)
      }
      case 'describe-source':
        return describeSource(statement.source, catalog, statement.isExtended ? await this.#extended(statement.source) : [])
      case 'describe-function':
        return describeFunction(this.#facts.functions(), statement.name)
      case 'describe-topic': {
        const found = await this.#facts.topic(statement.topic)
        if (found === undefined) throw new EngineError('TOPIC_NOT_FOUND', `there is no topic ${statement.topic}`)
        return describeTopic(found, catalog, await this.#facts.health())
      }
      case 'explain':
        return text(explainPlan(statement.statement, this.#facts.evaluation(), await this.#keyIndexes(catalog)))
      case 'explain-query': {
        const query = catalog.query(statement.queryId)
        if (query === undefined) throw new EngineError('QUERY_NOT_FOUND', `there is no query ${statement.queryId}`)
        const planned = {kind: 'insert-select', plan: query.plan} as const
        return {...text(explainPlan(planned, this.#facts.evaluation(), () => undefined)), queryId: query.id}
      }
      case 'print-topic': {
        const {topic, isFromBeginning, interval, limit = 100} = statement
        const records = await this.#facts.someRecords(topic, isFromBeginning, Math.min(Math.max(1, limit * interval), printedMax))
        const rows = records.filter((_, i) => i % interval === 0).map(({headers: _headers, ...record}) => record)
        const which = isFromBeginning ? 'from the beginning' : 'the newest'
        return table(
          ['partition', 'offset', 'timestampMs', 'key', 'value'],
          rows.slice(0, limit),
          `${Math.min(rows.length, limit)} records, ${which}`,
        )
      }
      default:
        return assertNever(statement, 'statement')
    }
  }

  async #keyIndexes(catalog: Catalog): Promise<KeyIndexOf> {
    const indexed = new Set((await this.#facts.topics()).flatMap(({name, settings}) => (settings.keyIndex ? [name] : [])))
    return ({sourceName}) => {
      const source = catalog.source(sourceName)
      return source && hasOneForm(source) && indexed.has(source.topic) ? source.topic : undefined
    }
  }

  /** Time, and how much there is. */
  async #extended({topic, timestamp}: Source): Promise<readonly string[]> {
    const info = await this.#facts.topic(topic)
    const of = (key: 'beginOffset' | 'endOffset' | 'bytes'): readonly number[] => info?.partitions.map(each => each[key]) ?? []
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
    return [
      `record time: ${timestamp === undefined ? 'that of the record' : `the column ${timestamp.columnName}${timestamp.format === undefined ? '' : `, ${timestamp.format}`}`}`,
      `${sum(of('endOffset')) - sum(of('beginOffset'))} records, ${sum(of('bytes'))} bytes, offsets by partition: ` +
        of('beginOffset')
          .map((begin, i) => `${begin} to ${of('endOffset')[i] ?? begin}`)
          .join(', '),
    ]
  }

  async #show({subject, isAll, isExtended, variables}: Extract<Report, {kind: 'show'}>, catalog: Catalog): Promise<TableAnswer> {
    switch (subject) {
      case 'STREAMS':
      case 'TABLES': {
        const found = catalog.sources().filter(({kind}) => kind === (subject === 'STREAMS' ? 'stream' : 'table'))
        return table(sourceColumns, found.map(sourceRow), `${found.length} ${subject.toLowerCase()}`)
      }
      case 'TOPICS': {
        const found = (await this.#facts.topics()).filter(({isInternal}) => isAll || !isInternal)
        const columns = ['name', 'partitions', 'encoding', 'internal', 'records', ...(isExtended ? extendedTopicColumns : [])]
        return table(
          columns,
          found.map(topic => topicRow(topic, isExtended)),
          `${found.length} topics`,
        )
      }
      case 'QUERIES': {
        const rows = this.#facts
          .queries()
          .map(({id, state, sink, sinkTopic, statement}) => ({id, state, sink, sinkTopic, statement}))
        return table(['id', 'state', 'sink', 'sinkTopic', 'statement'], rows, `${rows.length} queries`)
      }
      case 'FUNCTIONS': {
        const rows = this.#facts.functions().map(({name, kind, category, description}) => ({name, kind, category, description}))
        return table(['name', 'kind', 'category', 'description'], rows, `${rows.length} functions`)
      }
      case 'TYPES': {
        const rows = [...catalog.types()].map(([name, type]) => ({name, type: printType(type)}))
        return table(['name', 'type'], rows, `${rows.length} types`)
      }
      case 'PROPERTIES': {
        const rows = [...this.#facts.properties()].map(([name, value]) => ({name, value}))
        return table(['name', 'value'], rows, `${rows.length} properties`)
      }
      case 'VARIABLES': {
        const rows = Object.entries(variables ?? {}).map(([name, value]) => ({name, value}))
        return table(['name', 'value'], rows, `${rows.length} variables; they last as long as the script that defines them.`)
      }
      case 'INDEXES': {
        const rows = catalog.indexes().map(index => ({name: index.name, table: index.table, columns: index.columns.join(', ')}))
        return table(['name', 'table', 'columns'], rows, `${rows.length} indexes`)
      }
      case 'CONNECTORS':
      case 'CONNECTOR PLUGINS':
        return table(['name', 'kind', 'state'], [], `0 ${subject.toLowerCase()}`)
      default:
        return assertNever(subject, 'subject of SHOW')
    }
  }
}

const printedMax = 10_000

const sourceColumns = ['name', 'kind', 'topic', 'keyFormat', 'valueFormat', 'isWindowed']
const sourceRow = ({name, kind, topic, formats, window}: Source): Row => ({
  name,
  kind,
  topic,
  keyFormat: formats.key.name,
  valueFormat: formats.value.name,
  isWindowed: window !== undefined,
})

const extendedTopicColumns = ['bytes', 'cleanupPolicy', 'retentionMs', 'retentionBytes', 'compression', 'keyIndex']

function topicRow({name, partitions, encoding, isInternal, settings}: TopicInfo, isExtended: boolean): Row {
  const {cleanupPolicy, retentionMs, retentionBytes, compression, keyIndex} = settings
  return {
    name,
    partitions: partitions.length,
    encoding,
    internal: isInternal,
    records: partitions.reduce((sum, {beginOffset, endOffset}) => sum + endOffset - beginOffset, 0),
    ...(isExtended && {
      bytes: partitions.reduce((sum, {bytes}) => sum + bytes, 0),
      ...{cleanupPolicy, retentionMs, retentionBytes, compression, keyIndex},
    }),
  }
}
