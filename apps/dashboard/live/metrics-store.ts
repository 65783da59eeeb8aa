import type {QueryState} from '../graphql/queries.ts'
import {metricsDocument, type MetricsFrame} from '../graphql/metrics.ts'
import {connection} from './connection.ts'
import {Signal} from './signal.ts'
import {Subscription} from './subscription.ts'

const framesMax = 300
const sparkMax = 60
/** Frames come every second. */
const staleMs = 2500

export type TopicNumbers = {endOffset: string; records: string; bytes: string; inPerSecond: number; history: number[]}
export type QueryNumbers = {
  state: QueryState
  lag: string
  badRecords: string
  inPerSecond: number
  outPerSecond: number
  history: number[]
}

/** Seconds since the epoch and the measures at them; a gap in the frames is a row of nulls. */
export type History = {
  readonly at: number[]
  readonly produced: (number | null)[]
  readonly processed: (number | null)[]
  readonly emitted: (number | null)[]
  readonly lag: (number | null)[]
}

const bounded = <T>(list: T[], value: T, max: number): void => {
  list.push(value)
  if (list.length > max) list.shift()
}

/** The server's frames of numbers, with a signal for the whole, for the names there are, and for each row. */
export class MetricsStore {
  readonly changed = new Signal()
  /** Touched when a topic or query appears, goes, or changes its state. */
  readonly namesChanged = new Signal()
  readonly history: History = {at: [], produced: [], processed: [], emitted: [], lag: []}
  frame: MetricsFrame | undefined
  readonly #topics = new Map<string, TopicNumbers>()
  readonly #queries = new Map<string, QueryNumbers>()
  readonly #rows = new Map<string, Signal>()
  #names = ''
  #users = 0
  #stop: (() => void) | undefined

  topic = (name: string): TopicNumbers | undefined => this.#topics.get(name)
  query = (id: string): QueryNumbers | undefined => this.#queries.get(id)

  row(key: `topic:${string}` | `query:${string}`): Signal {
    const known = this.#rows.get(key)
    if (known) return known
    const signal = new Signal()
    this.#rows.set(key, signal)
    return signal
  }

  /** Frames flow while anybody uses the store. */
  use(): () => void {
    if (this.#users++ === 0) this.#stop = this.#start()
    return () => {
      if (--this.#users === 0) this.#stop?.()
    }
  }

  #start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    const subscription = new Subscription({
      document: metricsDocument,
      variables: () => ({}),
      onData: ({metrics}) => {
        this.take(metrics)
        clearTimeout(timer)
        timer = setTimeout(() => connection.set('stale'), staleMs)
      },
      onState: state => {
        clearTimeout(state === 'live' ? undefined : timer)
        connection.set(state === 'live' || state === 'paused' || state === 'connecting' ? state : 'stale')
      },
    })
    return () => {
      clearTimeout(timer)
      subscription.stop()
    }
  }

  take(frame: MetricsFrame): void {
    const isGap = this.frame !== undefined && frame.sequence !== this.frame.sequence + 1
    this.frame = frame
    const at = Number(frame.at) / 1000
    if (isGap) this.#record(at - 0.5, null, null, null, null)
    if (frame.sequence > 0)
      this.#record(at, frame.producedPerSecond, frame.processedPerSecond, frame.emittedPerSecond, Number(frame.lag))
    this.#takeTopics(frame)
    this.#takeQueries(frame)
    const names = `${frame.topics.names.join()}|${frame.queries.ids.join()}|${frame.queries.states.join()}`
    if (names !== this.#names) this.namesChanged.touch()
    this.#names = names
    this.changed.touch()
  }

  #record(at: number, produced: number | null, processed: number | null, emitted: number | null, lag: number | null): void {
    bounded(this.history.at, at, framesMax)
    bounded(this.history.produced, produced, framesMax)
    bounded(this.history.processed, processed, framesMax)
    bounded(this.history.emitted, emitted, framesMax)
    bounded(this.history.lag, lag, framesMax)
  }

  #takeTopics({topics}: MetricsFrame): void {
    keepOnly(this.#topics, topics.names)
    topics.names.forEach((name, i) => {
      const inPerSecond = topics.inPerSecond[i] ?? 0
      const history = this.#topics.get(name)?.history ?? []
      bounded(history, inPerSecond, sparkMax)
      const [endOffset, records, bytes] = [topics.endOffsets[i] ?? '0', topics.records[i] ?? '0', topics.bytes[i] ?? '0']
      this.#topics.set(name, {endOffset, records, bytes, inPerSecond, history})
      this.#rows.get(`topic:${name}`)?.touch()
    })
  }

  #takeQueries({queries}: MetricsFrame): void {
    keepOnly(this.#queries, queries.ids)
    queries.ids.forEach((id, i) => {
      const lag = queries.lags[i] ?? '0'
      const history = this.#queries.get(id)?.history ?? []
      bounded(history, Number(lag), sparkMax)
      this.#queries.set(id, {
        state: queries.states[i] ?? 'STARTING',
        lag,
        badRecords: queries.badRecords[i] ?? '0',
        inPerSecond: queries.inPerSecond[i] ?? 0,
        outPerSecond: queries.outPerSecond[i] ?? 0,
        history,
      })
      this.#rows.get(`query:${id}`)?.touch()
    })
  }
}

function keepOnly(map: Map<string, unknown>, names: readonly string[]): void {
  if (map.size === 0) return
  const wanted = new Set(names)
  for (const name of map.keys()) if (!wanted.has(name)) map.delete(name)
}

export const metricsStore = new MetricsStore()
