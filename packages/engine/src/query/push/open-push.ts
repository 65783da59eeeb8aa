import {must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {Logger} from '../../base/logger.ts'
import type {Chunk} from '../../chunk/chunk.ts'
import {makeProjection} from '../../codegen/evaluator.ts'
import type {PushSubscription} from '../../engine-api.ts'
import type {PushPlan} from '../../plan/query-plan.ts'
import type {Damage, DamagePolicy} from '../../log/damage.ts'
import type {Offset} from '../../record/record.ts'
import {withoutNullValues} from '../../batch/without-null-values.ts'
import {chunkDecoder} from '../../serde/topic-codec.ts'
import type {TopicRecord} from '../../storage/port/log-store.ts'
import type {Storage} from '../../storage/port/storage.ts'
import {createEvaluator, type EvaluatorEnv} from '../../topology/evaluator.ts'
import {buildInline, type InlineTopology} from '../../topology/inline-topology.ts'
import type {TopologyInput} from '../../topology/sub-topology.ts'
import {decodePositions, encodePositions, type Positions} from '../positions.ts'
import {FeedReader, type FeedRun} from './feed-reader.ts'
import type {Feeds} from './feeds.ts'
import {subscription} from './subscription.ts'
import {TopicFeed} from './topic-feed.ts'

export type PushEnv = {
  readonly storage: Storage
  readonly feeds: Feeds
  readonly clock: Clock
  readonly logger: Logger
  /** What to do with damaged batches of a topic. */
  readonly policyOf: (topic: TopicRecord) => DamagePolicy
}

export type OpenPush = {
  readonly plan: PushPlan
  /** The statement: a cursor belongs to it. */
  readonly sql: string
  readonly evaluation: EvaluatorEnv
  readonly start: 'earliest' | 'latest'
  readonly after: string | undefined
  readonly signal: AbortSignal | undefined
  readonly onEnd: () => void
}

/**
 * Starts a push query: where it begins is settled when this resolves, so it gives all that is appended afterwards. A
 * query without state goes on from a cursor directly. One with state (aggregates, joins) works from where it first
 * began, silently, up to the cursor: its result there is the same again.
 */
export async function openPush(env: PushEnv, options: OpenPush): Promise<PushSubscription> {
  const {plan, sql, after, signal, evaluation} = options
  const inline = buildInline(plan.root, {evaluator: createEvaluator(evaluation, 'generated'), report: () => {}})
  const isStateless = inline.tasks.every(task => task.subTopology.stores.length === 0)
  const resumed = after === undefined ? undefined : decodePositions('push', sql, after)
  const acquired = await acquireFeeds(env, inline.inputs)
  try {
    const feeds = acquired.map(({feed}) => feed)
    const ends = resumed ? placesIn(resumed, 'at', feeds) : await startPositions(env.storage, inline.inputs, feeds, options.start)
    const origin = resumed && !isStateless ? placesIn(resumed, 'from', feeds) : ends
    const reader = new FeedReader({
      feeds,
      positions: origin,
      hold: isStateless ? [] : ends,
      clock: env.clock,
      isByTime: !isStateless,
      onDamage: damage => onDamage(damage, acquired),
    })
    const release = async (): Promise<void> => {
      options.onEnd()
      await Promise.all(acquired.map(each => each.release()))
    }
    return subscription({
      columns: plan.columns,
      reader,
      process: processor(inline, plan, evaluation),
      cursor: () => encodePositions('push', sql, {...named('at', reader.positions), ...(!isStateless && named('from', origin))}),
      limit: plan.limit,
      signal,
      onEnd: release,
    })
  } catch (error) {
    await Promise.all(acquired.map(each => each.release()))
    throw error
  }
}

type Acquired = Awaited<ReturnType<Feeds['acquire']>> & {readonly topic: string; readonly policy: DamagePolicy}

function onDamage(damage: Damage, acquired: readonly Acquired[]): void {
  const {policy} = must(
    acquired.find(({topic}) => topic === damage.topic),
    'feed of a damaged batch',
  )
  if (policy.onCorruptBatch === 'fail') throw damage.error
  policy.onSkipped(damage)
}

async function acquireFeeds(
  {storage, feeds, clock, logger, policyOf}: PushEnv,
  inputs: readonly TopologyInput[],
): Promise<Acquired[]> {
  const acquired: Acquired[] = []
  try {
    for (const input of inputs) {
      const {topic, schema, formats, window, timestamp} = input
      const record = await storage.log.topic(topic)
      if (record === undefined) throw new EngineError('TOPIC_NOT_FOUND', `topic ${topic} does not exist`)
      const {partitions} = record
      const key = JSON.stringify([topic, partitions, schema, formats, window, timestamp])
      const feed = await feeds.acquire(key, () =>
        TopicFeed.open({topic, partitions, decode: chunkDecoder(input), storage, clock, logger}),
      )
      acquired.push({...feed, topic, policy: policyOf(record)})
    }
    return acquired
  } catch (error) {
    await Promise.all(acquired.map(each => each.release()))
    throw error
  }
}

async function startPositions(
  storage: Storage,
  inputs: readonly TopologyInput[],
  feeds: readonly TopicFeed[],
  start: 'earliest' | 'latest',
): Promise<Offset[][]> {
  const places = inputs.flatMap(({topic}, i) =>
    Array.from({length: must(feeds[i], 'feed').partitions}, (_, partition) => ({topic, partition})),
  )
  const bounds = await storage.log.bounds(places)
  const offsets = bounds.map(({begin, end}) => (start === 'earliest' ? begin : end))
  return feeds.map(feed => offsets.splice(0, feed.partitions))
}

const named = (prefix: string, positions: readonly (readonly Offset[])[]): Positions =>
  Object.fromEntries(positions.map((of, feed) => [`${prefix}${feed}`, of]))

function placesIn(positions: Positions, prefix: string, feeds: readonly TopicFeed[]): Offset[][] {
  return feeds.map((feed, i) => {
    const known = positions[`${prefix}${i}`] ?? []
    return Array.from({length: feed.partitions}, (_, partition) => known[partition] ?? 0)
  })
}

/** From rows of a feed to rows of the result, its columns in the order of SELECT. A null value of a stream is no row to show. */
function processor(
  inline: InlineTopology,
  {output, root}: PushPlan,
  evaluation: EvaluatorEnv,
): (run: FeedRun) => readonly Chunk[] {
  const project = makeProjection(output, evaluation, 'generated')
  return ({feed, chunk}) => {
    const results: Chunk[] = []
    if (chunk.count > 0)
      inline.process(feed, chunk, rows => {
        const shown = root.gives === 'stream' ? withoutNullValues(rows) : rows
        results.push({...shown, columns: project(shown, undefined, () => {})})
      })
    return results
  }
}
