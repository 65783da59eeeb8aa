import {Cluster} from 'ioredis'
import type {Redis} from 'ioredis'

/**
 * Holds back what is written to the connection until the turn's promises are through, so that many small commands leave in one system
 * call. A cluster's client has several connections and keeps them to itself.
 */
export function inOneWrite(client: Redis | Cluster): void {
  if (client instanceof Cluster) return
  const {stream} = client
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}
