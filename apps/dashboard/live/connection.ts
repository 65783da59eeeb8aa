import type {Client} from 'graphql-ws'
import {reviveLong} from '../lib/json.ts'
import {Signal} from './signal.ts'

export type ConnectionState = 'connecting' | 'live' | 'stale' | 'paused'

/** The one WebSocket of this tab. Who subscribes reconnects; the socket opens with the first subscription. */
class Connection {
  readonly changed = new Signal()
  #state: ConnectionState = 'connecting'
  #client: Promise<Client> | undefined

  get state(): ConnectionState {
    return this.#state
  }

  set(state: ConnectionState): void {
    if (state === this.#state) return
    this.#state = state
    this.changed.touch()
  }

  client(): Promise<Client> {
    this.#client ??= import('graphql-ws').then(({createClient}) =>
      createClient({
        url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
        retryAttempts: 0,
        keepAlive: 10_000,
        jsonMessageReviver: reviveLong,
      }),
    )
    return this.#client
  }
}

export const connection = new Connection()
