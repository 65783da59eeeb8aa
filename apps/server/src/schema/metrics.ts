import type {EngineApi, MetricsSnapshot} from '@millrace/engine'
import {setTimeout as sleep} from 'node:timers/promises'
import {serverLimits} from '../limits.ts'
import {builder} from './builder.ts'
import {QueryStateEnum} from './queries.ts'

/** A snapshot beside the one before it, so that rates need no memory on the client. */
type Frame = {readonly sequence: number; readonly now: MetricsSnapshot; readonly before: MetricsSnapshot | undefined}

const perSecond = (frame: Frame, of: (snapshot: MetricsSnapshot) => number): number => {
  if (!frame.before) return 0
  const seconds = (frame.now.atMs - frame.before.atMs) / 1000
  return seconds > 0 ? Math.max(0, (of(frame.now) - of(frame.before)) / seconds) : 0
}

/** Numbers of many topics or queries, by column: one list a measure, all in the order of `names`. */
const TopicColumns = builder.objectRef<Frame>('TopicFrame').implement({
  fields: t => ({
    names: t.stringList({resolve: it => it.now.topics.map(topic => topic.name)}),
    endOffsets: t.field({type: ['BigInt'], resolve: it => it.now.topics.map(topic => topic.endOffset)}),
    records: t.field({type: ['BigInt'], resolve: it => it.now.topics.map(topic => topic.records)}),
    bytes: t.field({type: ['BigInt'], resolve: it => it.now.topics.map(topic => topic.bytes)}),
    inPerSecond: t.floatList({
      resolve: it =>
        it.now.topics.map(topic =>
          perSecond(it, of => of.topics.find(other => other.name === topic.name)?.endOffset ?? topic.endOffset),
        ),
    }),
  }),
})

const QueryColumns = builder.objectRef<Frame>('QueryFrame').implement({
  fields: t => ({
    ids: t.stringList({resolve: it => it.now.queries.map(query => query.id)}),
    states: t.field({type: [QueryStateEnum], resolve: it => it.now.queries.map(query => query.state)}),
    lags: t.field({type: ['BigInt'], resolve: it => it.now.queries.map(query => query.lag)}),
    badRecords: t.field({type: ['BigInt'], resolve: it => it.now.queries.map(query => query.badRecords)}),
    inPerSecond: t.floatList({
      resolve: it =>
        it.now.queries.map(query =>
          perSecond(it, of => of.queries.find(other => other.id === query.id)?.recordsIn ?? query.recordsIn),
        ),
    }),
    outPerSecond: t.floatList({
      resolve: it =>
        it.now.queries.map(query =>
          perSecond(it, of => of.queries.find(other => other.id === query.id)?.recordsOut ?? query.recordsOut),
        ),
    }),
  }),
})

const MetricsFrame = builder.objectRef<Frame>('MetricsFrame').implement({
  description: 'The numbers of this process now, with rates since the frame before.',
  fields: t => ({
    sequence: t.int({resolve: it => it.sequence}),
    at: t.field({type: 'BigInt', resolve: it => it.now.atMs}),
    uptimeMs: t.field({type: 'BigInt', resolve: it => it.now.uptimeMs}),
    producedPerSecond: t.float({resolve: it => perSecond(it, of => of.recordsProduced)}),
    processedPerSecond: t.float({resolve: it => perSecond(it, of => of.recordsProcessed)}),
    emittedPerSecond: t.float({resolve: it => perSecond(it, of => of.recordsEmitted)}),
    recordsProduced: t.field({type: 'BigInt', resolve: it => it.now.recordsProduced}),
    recordsProcessed: t.field({type: 'BigInt', resolve: it => it.now.recordsProcessed}),
    badRecords: t.field({type: 'BigInt', resolve: it => it.now.badRecords}),
    lag: t.field({type: 'BigInt', resolve: it => it.now.queries.reduce((sum, query) => sum + query.lag, 0)}),
    pushSubscriptions: t.int({resolve: it => it.now.pushSubscriptions}),
    pullQueries: t.field({type: 'BigInt', resolve: it => it.now.pullQueries}),
    topics: t.field({type: TopicColumns, resolve: it => it}),
    queries: t.field({type: QueryColumns, resolve: it => it}),
  }),
})

builder.queryFields(t => ({
  metrics: t.field({
    type: MetricsFrame,
    resolve: async (_, __, {engine}) => ({sequence: 0, now: await engine.metrics(), before: undefined}),
  }),
}))

builder.subscriptionField('metrics', t =>
  t.field({
    type: MetricsFrame,
    args: {everyMs: t.arg.int({defaultValue: 1000, description: `At least ${serverLimits.metricsIntervalMsMin}.`})},
    subscribe: (_, args, {engine, signal}) =>
      frames(engine, Math.max(serverLimits.metricsIntervalMsMin, args.everyMs ?? 1000), signal),
    resolve: frame => frame,
  }),
)

/** A reader that is slow to take a frame gets the newest numbers in the next one: nothing is queued. */
async function* frames(engine: EngineApi, everyMs: number, signal: AbortSignal): AsyncGenerator<Frame> {
  let before: MetricsSnapshot | undefined
  for (let sequence = 0; !signal.aborted; sequence++) {
    const now = await engine.metrics()
    yield {sequence, now, before}
    before = now
    await sleep(everyMs, undefined, {signal}).catch(() => {})
  }
}
