import {EngineError} from '../base/errors.ts'
import {limits} from '../limits.ts'
import type {TopicRecord} from '../storage/port/log-store.ts'

/** What the engine keeps in a topic's `config`. `null` retention: for ever, any size. */
export type TopicConfig = {
  readonly encoding: 'bytes' | 'columns'
  readonly retentionMs: number | null
  readonly retentionBytes: number | null
  readonly cleanupPolicy: 'delete' | 'compact' | 'compact,delete'
  readonly compression: 'none' | 'zstd'
  /** How long a tombstone stays after the compaction that first found it the latest of its key, ms. */
  readonly tombstoneRetentionMs: number
  /** A partition is compacted when what was written since the last time makes up this part of its bytes, 0 to 1 … */
  readonly minCleanableDirtyRatio: number
  /** … or when a record waits for so long, ms; null: it may wait for ever. */
  readonly maxCompactionLagMs: number | null
  /** Younger records are left alone by compaction, ms. */
  readonly minCompactionLagMs: number
  /** Whether the events of a key are numbered and found by it. Decided when the topic is created. */
  readonly keyIndex: boolean
  /** Whose time a produced record has: its own where it names one, or always that of the process that appends it. */
  readonly timestampType: 'create' | 'append'
  /** What readers of the topic do with a damaged batch, unless they say otherwise. */
  readonly onCorruptBatch: OnCorruptBatch
}

/** `fail`: the reader stops and says which batch it is. `skip`: it goes on behind it, and says so. */
export type OnCorruptBatch = 'fail' | 'skip'

const defaultTopicConfig = (encoding: TopicConfig['encoding']): TopicConfig => ({
  encoding,
  // For ever: an event store drops nothing that nobody asked it to drop (Kafka's default is seven days).
  retentionMs: null,
  retentionBytes: null,
  cleanupPolicy: 'delete',
  // Columns have small forms of their own: zstd takes half of what is left, for a fifth of the rate (docs/performance.md).
  compression: encoding === 'bytes' ? 'zstd' : 'none',
  tombstoneRetentionMs: 86_400_000,
  minCleanableDirtyRatio: 0.5,
  maxCompactionLagMs: null,
  minCompactionLagMs: 0,
  keyIndex: false,
  timestampType: 'create',
  onCorruptBatch: 'fail',
})

export type NewTopic = {
  readonly name: string
  readonly partitions: number
  readonly createdAtMs: number
  readonly encoding: TopicConfig['encoding']
  /** Default: the topic's own name. */
  readonly placement?: string
  readonly isInternal?: boolean
  /** Properties that are undefined or absent keep their default. */
  readonly settings?: {readonly [name in keyof Omit<TopicConfig, 'encoding'>]?: TopicConfig[name] | undefined}
}

/** The record of a topic to create. EngineError `INVALID_CONFIG` or `INVALID_ARGUMENT` names what can't be so. */
export function newTopic({name, partitions, createdAtMs, encoding, placement, isInternal, settings}: NewTopic): TopicRecord {
  checkTopicName(name)
  checkPartitions(partitions)
  const config = withSettings(defaultTopicConfig(encoding), settings ?? {})
  return {name, partitions, placement: placement ?? name, isInternal: isInternal ?? false, createdAtMs, config}
}

/** The record of a topic after a change. Partitions may grow, never shrink. */
export function alteredTopic(
  topic: TopicRecord,
  change: NonNullable<NewTopic['settings']> & {readonly partitions?: number},
): TopicRecord {
  const {partitions = topic.partitions, ...settings} = change
  if (settings.keyIndex !== undefined && settings.keyIndex !== topicConfig(topic).keyIndex)
    throw new EngineError(
      'INVALID_CONFIG',
      `the key index of ${topic.name} can't change: what is in the topic already has been indexed or not`,
    )
  checkPartitions(partitions)
  if (partitions < topic.partitions)
    throw new EngineError(
      'INVALID_ARGUMENT',
      `found ${partitions} partitions for ${topic.name}, expected at least the ${topic.partitions} it has`,
    )
  return {...topic, partitions, config: {...topic.config, ...withSettings(topicConfig(topic), settings)}}
}

/** The settings of a stored topic; what is missing or unreadable has its default. */
export function topicConfig({config}: Pick<TopicRecord, 'config'>): TopicConfig {
  const known = read.get(config)
  if (known) return known
  const made = readConfig(config)
  read.set(config, made)
  return made
}

// A topic's record never changes: an altered one is another object.
const read = new WeakMap<TopicRecord['config'], TopicConfig>()

function readConfig(config: TopicRecord['config']): TopicConfig {
  const defaults = defaultTopicConfig(config['encoding'] === 'columns' ? 'columns' : 'bytes')
  const bound = (value: unknown, missing: number | null) => (typeof value === 'number' || value === null ? value : missing)
  const number = (name: 'tombstoneRetentionMs' | 'minCleanableDirtyRatio' | 'minCompactionLagMs') =>
    bound(config[name], null) ?? defaults[name]
  return {
    encoding: defaults.encoding,
    retentionMs: bound(config['retentionMs'], defaults.retentionMs),
    retentionBytes: bound(config['retentionBytes'], defaults.retentionBytes),
    cleanupPolicy: policies.find(policy => policy === config['cleanupPolicy']) ?? defaults.cleanupPolicy,
    compression: compressions.find(each => each === config['compression']) ?? defaults.compression,
    tombstoneRetentionMs: number('tombstoneRetentionMs'),
    minCleanableDirtyRatio: number('minCleanableDirtyRatio'),
    maxCompactionLagMs: bound(config['maxCompactionLagMs'], defaults.maxCompactionLagMs),
    minCompactionLagMs: number('minCompactionLagMs'),
    keyIndex: config['keyIndex'] === true,
    timestampType: timestampTypes.find(each => each === config['timestampType']) ?? defaults.timestampType,
    onCorruptBatch: corruptPolicies.find(each => each === config['onCorruptBatch']) ?? defaults.onCorruptBatch,
  }
}

/** Kafka's rule: letters, digits, `.`, `_` and `-`. */
function checkTopicName(name: string): void {
  if (/^[A-Za-z0-9._-]+$/.test(name) && name !== '.' && name !== '..' && name.length <= limits.topicNameLengthMax) return
  const expected = `1 to ${limits.topicNameLengthMax} letters, digits, '.', '_' or '-', and not '.' or '..'`
  throw new EngineError('INVALID_ARGUMENT', `found topic name '${name.slice(0, 300)}', expected ${expected}`, {name})
}

const policies: readonly TopicConfig['cleanupPolicy'][] = ['delete', 'compact', 'compact,delete']
const compressions: readonly TopicConfig['compression'][] = ['none', 'zstd']
const timestampTypes: readonly TopicConfig['timestampType'][] = ['create', 'append']
export const corruptPolicies: readonly OnCorruptBatch[] = ['fail', 'skip']

function checkPartitions(partitions: number): void {
  if (Number.isInteger(partitions) && partitions >= 1 && partitions <= limits.partitionsPerTopicMax) return
  throw new EngineError('INVALID_ARGUMENT', `found ${partitions} partitions, expected 1 to ${limits.partitionsPerTopicMax}`)
}

function withSettings(config: TopicConfig, settings: NonNullable<NewTopic['settings']>): TopicConfig {
  const changed = {...config, ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))}
  for (const name of ['retentionMs', 'retentionBytes', 'maxCompactionLagMs'] as const) {
    const value = changed[name]
    if (value !== null && !(Number.isSafeInteger(value) && value > 0))
      throw invalid(name, value, 'a whole number above 0, or null for no bound')
  }
  for (const name of ['tombstoneRetentionMs', 'minCompactionLagMs'] as const) {
    const value = changed[name]
    if (!(Number.isSafeInteger(value) && value >= 0)) throw invalid(name, value, 'a whole number from 0 on')
  }
  const {minCleanableDirtyRatio, minCompactionLagMs, maxCompactionLagMs} = changed
  if (!(minCleanableDirtyRatio >= 0 && minCleanableDirtyRatio <= 1))
    throw invalid('minCleanableDirtyRatio', minCleanableDirtyRatio, 'a number from 0 to 1')
  if (maxCompactionLagMs !== null && minCompactionLagMs > maxCompactionLagMs)
    throw invalid('minCompactionLagMs', minCompactionLagMs, `at most maxCompactionLagMs, which is ${maxCompactionLagMs}`)
  if (changed.keyIndex && changed.cleanupPolicy !== 'delete')
    throw new EngineError(
      'INVALID_CONFIG',
      `found cleanupPolicy '${changed.cleanupPolicy}' with a key index, expected 'delete': compaction would remove events that have numbers`,
    )
  checkChoice('cleanupPolicy', changed.cleanupPolicy, policies)
  checkChoice('compression', changed.compression, compressions)
  checkChoice('timestampType', changed.timestampType, timestampTypes)
  checkChoice('onCorruptBatch', changed.onCorruptBatch, corruptPolicies)
  return changed
}

const invalid = (name: string, found: number | null, expected: string): EngineError =>
  new EngineError('INVALID_CONFIG', `found ${name} ${found}, expected ${expected}`, {name})

function checkChoice(name: string, found: string, known: readonly string[]): void {
  if (known.includes(found)) return
  throw new EngineError('INVALID_CONFIG', `found ${name} '${found}', expected one of ${known.join(', ')}`, {name})
}
