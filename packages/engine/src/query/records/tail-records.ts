import type {Clock} from '../../base/clock.ts'
import type {RecordsPage, TailRequest} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import type {Source} from '../../plan/source.ts'
import {Signal} from '../../base/signal.ts'
import type {Storage} from '../../storage/port/storage.ts'
import type {TopicRecord} from '../../storage/port/log-store.ts'
import {pageCursor, readPage, resolveStart} from './read-records.ts'

/**
 * Pages of a topic as it grows, each read when it is asked for: nothing is kept for a reader but its positions. The first
 * page is empty and carries the start, so that nothing that is appended after it arrived is missed.
 */
export function tailRecords(
  storage: Storage,
  clock: Clock,
  topic: TopicRecord,
  source: () => Source | undefined,
  {from, signal}: TailRequest,
): AsyncIterableIterator<RecordsPage> {
  const bell = new Signal(clock)
  const stopped = new AbortController()
  const stop = (): void => {
    stopped.abort()
    bell.ring()
  }
  signal?.addEventListener('abort', stop, {once: true})
  if (signal?.aborted) stop()

  async function* pages(): AsyncGenerator<RecordsPage, undefined> {
    const places = Array.from({length: topic.partitions}, (_, partition) => ({topic: topic.name, partition}))
    const unsubscribe = await storage.wake.subscribe(places, () => bell.ring())
    try {
      const positions = await resolveStart(storage.log, topic, from)
      const fromTimestampMs = from.kind === 'timestamp' ? from.timestampMs : -Infinity
      yield {records: [], cursor: pageCursor(topic.name, positions), isAtEnd: false}
      while (!stopped.signal.aborted) {
        bell.reset()
        const page = await readPage(storage.log, topic, source(), positions, {recordsMax: limits.recordsPageMax, fromTimestampMs})
        if (page.records.length > 0) yield page
        else if (page.isAtEnd && !stopped.signal.aborted) await bell.wait(limits.taskPollMs)
      }
      return undefined
    } finally {
      unsubscribe()
      signal?.removeEventListener('abort', stop)
    }
  }

  const generator = pages()
  return {
    next: () => generator.next(),
    return: async () => {
      stop()
      return generator.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
