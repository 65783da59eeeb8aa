import {must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import type {RecordsPage, TailRequest} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import type {DamagePolicy} from '../../log/damage.ts'
import type {Source} from '../../plan/source.ts'
import type {Storage} from '../../storage/port/storage.ts'
import type {TopicRecord} from '../../storage/port/log-store.ts'
import {pageCursor, readPage, resolveStart} from './read-records.ts'
import {mustStand} from './must-stand.ts'
import {stoppable} from './stoppable.ts'

const placesOf = ({name, partitions}: TopicRecord) =>
  Array.from({length: partitions}, (_, partition) => ({topic: name, partition}))

/**
 * Pages of a topic as it grows, each read when it is asked for: nothing is kept for a reader but its positions. The first
 * page is empty and carries the start, so that nothing that is appended after it arrived is missed.
 */
export function tailRecords(
  storage: Storage,
  clock: Clock,
  topic: TopicRecord,
  source: () => Source | undefined,
  {from, onOutOfRange, onCorruptBatch, onSkipped, signal}: Omit<TailRequest, 'onCorruptBatch'> & DamagePolicy,
): AsyncIterableIterator<RecordsPage> {
  return stoppable(clock, signal, async function* ({bell, isStopped}) {
    let current = topic
    const listen = () => storage.wake.subscribe(placesOf(current), () => bell.ring())
    let unsubscribe = await listen()
    let lookedAtMs = clock.nowMs()
    try {
      const positions = await resolveStart(storage.log, topic, from, onOutOfRange)
      const request = {recordsMax: limits.recordsPageMax, onCorruptBatch, onSkipped, ...(onOutOfRange && {onOutOfRange})}
      const bounds = await storage.log.bounds(placesOf(topic))
      const isAtEnd = positions.every((position, i) => position >= must(bounds[i], 'bounds').end)
      yield {records: [], cursor: pageCursor(topic, positions), isAtEnd}
      while (!isStopped()) {
        bell.reset()
        const page = await readPage(storage.log, current, source(), positions, request)
        if (page.records.length > 0) yield page
        else if (page.isAtEnd && !isStopped()) await bell.wait(limits.taskPollMs)
        if (clock.nowMs() - lookedAtMs < limits.taskPollMs) continue
        lookedAtMs = clock.nowMs()
        const found = mustStand(topic, await storage.log.topic(topic.name))
        if (found.partitions <= positions.length) continue
        // The topic has grown: new partitions are read from their begin.
        current = found
        while (positions.length < found.partitions) positions.push(0)
        unsubscribe()
        unsubscribe = await listen()
      }
      return undefined
    } finally {
      unsubscribe()
    }
  })
}
