import {EngineError} from '../../base/errors.ts'
import {vectorOf} from '../../chunk/chunk.ts'
import {topicConfig} from '../../log/topic.ts'
import type {Source} from '../../plan/source.ts'
import {columnsOf} from '../../schema/schema.ts'
import {chunkEncoder} from '../../serde/topic-codec.ts'
import type {InsertedRow} from '../../sql/statements/compiled-statement.ts'
import type {LogStore} from '../../storage/port/log-store.ts'
import {keysOf} from '../records/encode-indexed.ts'

/** Appends rows of a source: INSERT VALUES; with `isTombstone` DELETE. */
export async function writeRows(
  log: LogStore,
  source: Source,
  rows: readonly InsertedRow[],
  {nowMs, isTombstone}: {readonly nowMs: number; readonly isTombstone: boolean},
): Promise<void> {
  const {schema, formats, topic} = source
  const record = await log.topic(topic)
  if (record === undefined) throw new EngineError('TOPIC_NOT_FOUND', `topic ${topic} of ${source.name} does not exist`)
  const {keyIndex, timestampType, compression} = topicConfig(record)
  const encode = chunkEncoder({schema, formats, partitions: record.partitions, compression})
  const {batches, bad} = encode({
    count: rows.length,
    columns: columnsOf(schema).map((_, i) => vectorOf(rows.map(({values}) => values[i] ?? null))),
    timestamps: rows.map(({timestampMs}) => (timestampType === 'append' ? nowMs : (timestampMs ?? nowMs))),
    ...(isTombstone && {nullValues: new Uint8Array(rows.length).fill(1)}),
  })
  if (bad[0])
    throw new EngineError('RECORD_INVALID', `row ${bad[0].row + 1} can't be written to ${source.name}: ${bad[0].reason}`)
  const indexed = batches.map(batch => ({topic, ...batch, ...(keyIndex && {keys: keysOf(batch)})}))
  for (const outcome of await log.append(indexed))
    if (outcome.kind !== 'appended') throw new EngineError('TOPIC_NOT_FOUND', `topic ${topic} refused the rows: ${outcome.kind}`)
}
