import {EngineError} from '../../base/errors.ts'
import {openBatch} from '../../batch/open-batch.ts'
import type {Catalog} from '../../catalog/catalog.ts'
import {readOrSkip, type DamagePolicy} from '../../log/damage.ts'
import {topicConfig} from '../../log/topic.ts'
import type {Source} from '../../plan/source.ts'
import type {TopicPartition} from '../../record/record.ts'
import type {Column} from '../../schema/schema.ts'
import {printType} from '../../schema/sql-type.ts'
import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'
import type {LogStore, StoredBatch, TopicRecord} from '../../storage/port/log-store.ts'

/**
 * The key index of a topic finds keys by their bytes, so all that stands over the topic must write them in the same way:
 * opaque, or as columns of the same names and types. What has no key writes none. EngineError INVALID_ARGUMENT.
 */
export async function refuseOtherKeys(statements: readonly CompiledStatement[], catalog: Catalog, log: LogStore): Promise<void> {
  const indexed = new Set<string>()
  const earlier: Source[] = []
  for (const statement of statements) {
    if (statement.kind !== 'create-source') continue
    const {source, topic: created} = statement
    const {name, topic} = source
    const record = created === undefined ? await log.topic(topic) : undefined
    if (created?.keyIndex === true || (record && topicConfig(record).keyIndex)) indexed.add(topic)
    const form = formOf(source)
    if (form !== undefined && indexed.has(topic)) {
      const others = [...catalog.sourcesOver(topic), ...earlier].filter(other => other.topic === topic && other.name !== name)
      const forms = [...others.map(formOf), ...(record ? await storedForms(log, record) : [])]
      const other = forms.find(each => each !== undefined && each !== form)
      const message = `${name} has ${form}, expected ${other} as the others in topic ${topic}: it finds keys by their bytes (KEY_INDEX)`
      if (other !== undefined) throw new EngineError('INVALID_ARGUMENT', message, {topic})
    }
    earlier.push(source)
  }
}

/** How a source writes keys; undefined when it has none. */
function formOf({schema, formats, window}: Source): string | undefined {
  if (schema.key.length === 0) return undefined
  return formats.value.name === 'COLUMNS' ? columnsForm(schema.key, window !== undefined) : opaqueForm
}

const opaqueForm = 'keys in a format'

const columnsForm = (key: readonly Column[], isWindowed: boolean): string =>
  `keys as columns (${key.map(({name, type}) => `${name} ${printType(type)}`).join(', ')})${isWindowed ? ' with windows' : ''}`

/** Of the first batch that each partition keeps. A damaged one says nothing. */
async function storedForms(log: LogStore, {name, partitions}: TopicRecord): Promise<readonly (string | undefined)[]> {
  const ranges = Array.from({length: partitions}, (_, partition) => ({topic: name, partition, from: 0, bytesMax: 1}))
  const place = (partition: number): TopicPartition => ({topic: name, partition})
  const results = await log.read(ranges)
  return results.map(({batches: [batch]}, i) => batch && readOrSkip(() => batchForm(batch), place(i), batch, skipping))
}

const skipping: DamagePolicy = {onCorruptBatch: 'skip', onSkipped() {}}

function batchForm({bytes}: StoredBatch): string | undefined {
  const opened = openBatch(bytes)
  if (opened.encoding === 'bytes') return opaqueForm
  const {descriptor, rows} = opened.columns()
  const {key} = descriptor.schema
  return key.length === 0 ? undefined : columnsForm(key, rows.windows !== undefined)
}
