import type {GraphqlDocument} from '../graphql/document.ts'
import {RequestError, type GraphqlError} from '../graphql/request-error.ts'
import {connection} from './connection.ts'
import {onActivity} from './visibility.ts'

export type SubscriptionState = 'connecting' | 'live' | 'retrying' | 'paused' | 'ended' | 'failed'

export type SubscriptionOptions<Result, Variables> = {
  readonly document: GraphqlDocument<Result, Variables>
  /** Asked at every (re)subscription, so that it can continue behind the last cursor. */
  readonly variables: () => Variables
  readonly onData: (data: Result) => void
  readonly onState: (state: SubscriptionState, error?: RequestError) => void
  /** Its end is an answer (a query with a LIMIT). Without this an end is a server that goes away: it is subscribed to again. */
  readonly mayEnd?: boolean
}

const waitsMs = [250, 500, 1000, 2000] as const

type Message<Result> = {readonly data?: Result | null; readonly errors?: readonly GraphqlError[]}

/** A subscription that outlives its socket: it comes back by itself, rests while the tab is hidden, and ends for good on a refusal. */
export class Subscription<Result, Variables extends object> {
  readonly #options: SubscriptionOptions<Result, Variables>
  readonly #stopWatching: () => void
  #round = 0
  #attempts = 0
  #dispose: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: SubscriptionOptions<Result, Variables>) {
    this.#options = options
    this.#stopWatching = onActivity(isActive => (isActive ? this.#open() : this.#rest()))
    this.#open()
  }

  stop(): void {
    this.#stopWatching()
    this.#close()
  }

  #close(): void {
    this.#round++
    clearTimeout(this.#timer)
    this.#dispose?.()
    this.#dispose = undefined
  }

  #rest(): void {
    this.#close()
    this.#options.onState('paused')
  }

  #open(): void {
    const round = ++this.#round
    this.#options.onState(this.#attempts === 0 ? 'connecting' : 'retrying')
    connection.client().then(
      client => {
        if (round !== this.#round) return
        const {document, variables} = this.#options
        const payload = {query: document.text, variables: Object.fromEntries(Object.entries(variables()))}
        this.#dispose = client.subscribe<Result>(payload, {
          next: message => round === this.#round && this.#take(message),
          error: error => round === this.#round && this.#lost(error),
          complete: () => round === this.#round && this.#complete(),
        })
      },
      (error: unknown) => round === this.#round && this.#lost(error),
    )
  }

  #take({data, errors}: Message<Result>): void {
    const error = errors?.[0]
    if (error) {
      if (error.extensions?.['retryable'] === true) this.#lost(error)
      else this.#finish('failed', RequestError.from(error))
      return
    }
    if (!data) return
    this.#attempts = 0
    this.#options.onData(data)
    this.#options.onState('live')
  }

  #complete(): void {
    if (this.#options.mayEnd) this.#finish('ended')
    else this.#lost(undefined)
  }

  #lost(error: unknown): void {
    if (Array.isArray(error)) return this.#finish('failed', RequestError.from(error[0] as GraphqlError))
    this.#close()
    const wait = waitsMs[Math.min(this.#attempts++, waitsMs.length - 1)] ?? 2000
    this.#options.onState('retrying')
    this.#timer = setTimeout(() => this.#open(), wait)
  }

  #finish(state: 'ended' | 'failed', error?: RequestError): void {
    this.#stopWatching()
    this.#close()
    this.#options.onState(state, error)
  }
}
