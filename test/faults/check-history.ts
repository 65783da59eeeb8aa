import {eventsOf, keyOf, numberOf, placeOf, type EventOf, type History, type Stored} from './history.ts'

/**
 * A primary that dies takes with it what its replica had not received: at most what it acknowledged with LEADER in its last
 * moments. So long before the kill they may lie, and so long after it they may still be heard of (answers and batches that
 * were on their way).
 */
const lostBeforeKillMs = 2000
const heardAfterKillMs = 3000
/** So long after a failover the group has found out what is lost, and gone back. */
const settledAfterKillMs = 10_000

export type Verdict = {
  readonly faults: readonly string[]
  /** Records acknowledged with LEADER that went with a primary, as that level says. */
  readonly lostAsPromised: number
}

/**
 * Everything that is wrong with a history.
 *
 * - Offsets of a partition are 0, 1, 2, …: no gap and no repeat. No value is stored twice. Records of a key are in the order
 *   in which they were sent.
 * - An acknowledged record is where it was acknowledged, whatever was killed. Only one acknowledged with LEADER may be gone,
 *   and only with a primary that was killed at most `lostBeforeKillMs` later; then everything that was acknowledged behind it in
 *   its partition before that kill is gone, too.
 * - A record is handled at least once, as it is stored; in one generation a partition is handled by one member, in the order
 *   of its offsets, none left out and none twice. A commit of an earlier generation by another member is not taken after one of
 *   a later generation was.
 * - Committed offsets never go back, as commits were answered and as anybody asks for them; but once behind a failover that lost
 *   records of the partition, for then the group goes on where others stand in their places, or the commits with its primary.
 * - What the copiers wrote is the log itself: each record once, in its order.
 * - Every failure is one that trying again mends.
 */
export function checkHistory(history: History): Verdict {
  const {faults: losses, lost} = checkAcknowledged(history)
  const {faults: unhandled, setbacks} = checkHandled(history, lost)
  const failures = eventsOf(history, 'failed').map(({message}) => `a request failed for good: ${message}`)
  const faults = [
    ...[...failures, ...checkLog(history.stored), ...losses],
    ...[...unhandled, ...checkCommits(history, setbacks), ...checkCopies(history)],
  ]
  return {faults, lostAsPromised: lost.size}
}

function checkLog(stored: readonly Stored[]): string[] {
  const faults: string[] = []
  const next = new Map<number, number>()
  const seen = new Map<string, string>()
  const last = new Map<string, number>()
  for (const record of stored) {
    const {partition, offset, value} = record
    const place = placeOf(record)
    const expected = next.get(partition) ?? 0
    if (offset !== expected) faults.push(`partition ${partition}: found offset ${offset}, expected ${expected}`)
    next.set(partition, offset + 1)
    const before = seen.get(value)
    if (before !== undefined) faults.push(`${value} is stored twice: at ${before} and ${place}`)
    seen.set(value, place)
    const number = numberOf(value)
    if (before === undefined && number <= (last.get(keyOf(value)) ?? -1))
      faults.push(`${value} at ${place} comes after a later record of its key`)
    last.set(keyOf(value), Math.max(number, last.get(keyOf(value)) ?? -1))
  }
  return faults
}

type Acked = EventOf<'acked'>

function checkAcknowledged(history: History): {readonly faults: string[]; readonly lost: ReadonlySet<string>} {
  const faults: string[] = []
  const lost = new Set<string>()
  const byPlace = new Map(history.stored.map(record => [placeOf(record), record.value]))
  const acked = eventsOf(history, 'acked')
  const isKept = (event: Acked): boolean => byPlace.get(placeOf(event)) === event.value
  const lastKept = lastKeptBeforeKills(history, acked.filter(isKept))
  for (const event of acked) {
    if (isKept(event)) continue
    const {level, value, partition, offset} = event
    const kill = killOfPrimaryNear(history, event.atMs)
    const what = `${value}, acknowledged with ${level} at ${placeOf(event)}, is lost: there is ${byPlace.get(placeOf(event)) ?? 'nothing'}`
    if (level === 'ALL' || kill === undefined) faults.push(what)
    else if (offset < (lastKept.get(`${kill.atMs} ${partition}`) ?? -1)) faults.push(`${what}, and records behind it are kept`)
    else lost.add(`${placeOf(event)} ${value}`)
  }
  return {faults, lost}
}

const killsOfPrimaries = (history: History): readonly EventOf<'killed'>[] =>
  eventsOf(history, 'killed').filter(({what}) => what === 'primary' || what === 'cut-off primary')

const killOfPrimaryNear = (history: History, atMs: number): EventOf<'killed'> | undefined =>
  killsOfPrimaries(history).find(kill => atMs >= kill.atMs - lostBeforeKillMs && atMs <= kill.atMs + heardAfterKillMs)

/** For each kill and partition, the last offset that was acknowledged before it and kept. */
function lastKeptBeforeKills(history: History, kept: readonly Acked[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const {atMs} of killsOfPrimaries(history))
    for (const event of kept) {
      const name = `${atMs} ${event.partition}`
      if (event.atMs < atMs) last.set(name, Math.max(event.offset, last.get(name) ?? -1))
    }
  return last
}

/** A failover after which a group may go back in a partition. */
type Setback = {readonly partition: number; readonly atMs: number}

function checkHandled(
  history: History,
  lost: ReadonlySet<string>,
): {readonly faults: string[]; readonly setbacks: readonly Setback[]} {
  const faults: string[] = []
  const setbacks: Setback[] = []
  const byPlace = new Map(history.stored.map(record => [placeOf(record), record.value]))
  const handled = new Set<string>()
  const owners = new Map<string, {readonly member: string; readonly offset: number}>()
  for (const event of eventsOf(history, 'handled')) {
    const {partition, offset, value, member, generation, atMs} = event
    const place = placeOf(event)
    const stored = byPlace.get(place)
    const kill = killOfPrimaryNear(history, atMs)
    const mayBeGone = lost.has(`${place} ${value}`) || kill !== undefined
    if (stored === value) handled.add(place)
    else if (kill) setbacks.push({partition, atMs: kill.atMs})
    else if (!mayBeGone) faults.push(`${value} was handled at ${place}, where there is ${stored ?? 'nothing'}`)
    const share = `${partition} in generation ${generation}`
    const owner = owners.get(share)
    if (owner && owner.member !== member) faults.push(`partition ${share} was handled by ${owner.member} and ${member}`)
    else if (owner && offset !== owner.offset + 1 && !mayBeGone)
      faults.push(`${member} handled offset ${offset} of partition ${share} after ${owner.offset}`)
    owners.set(share, {member, offset})
  }
  for (const [place, value] of byPlace) if (!handled.has(place)) faults.push(`${value} at ${place} was not handled`)
  return {faults, setbacks}
}

/** Copies go to the partition of their original, in its order: so the one topic is the other. */
function checkCopies({stored, copied}: History): string[] {
  if (!copied) return []
  const [originals, copies] = [stored, copied].map(records => new Map(records.map(record => [placeOf(record), record.value])))
  const places = new Set([...(originals?.keys() ?? []), ...(copies?.keys() ?? [])])
  return [...places].flatMap(place => {
    const [expected, found] = [originals?.get(place) ?? 'nothing', copies?.get(place) ?? 'nothing']
    return expected === found ? [] : [`the copy at ${place} is ${found}, expected ${expected}`]
  })
}

type Position = EventOf<'committed'> | EventOf<'observed'>

function checkCommits(history: History, setbacks: readonly Setback[]): string[] {
  const positions: readonly Position[] = [...eventsOf(history, 'committed'), ...eventsOf(history, 'observed')]
  const partitions = new Set(positions.map(({partition}) => partition))
  // With a primary that its replicas had not followed its commits may go, too.
  const cutOff = eventsOf(history, 'killed').filter(({what}) => what === 'cut-off primary')
  return [...partitions].flatMap(partition => {
    const own = setbacks.filter(each => each.partition === partition)
    const ofPartition = positions.filter(each => each.partition === partition)
    return between([...own, ...cutOff].map(({atMs}) => atMs).toSorted((one, other) => one - other)).flatMap(isWithin =>
      checkPositions(ofPartition.filter(isWithin)),
    )
  })
}

/** The times between failovers, each as what lies within it; the moments after a failover belong to none. */
function between(killsMs: readonly number[]): readonly ((position: Position) => boolean)[] {
  const begins = [-Infinity, ...killsMs.map(atMs => atMs + settledAfterKillMs)]
  return begins.map((begin, i) => {
    const end = killsMs[i] ?? Infinity
    return ({startedMs, atMs}) => startedMs >= begin && atMs < end
  })
}

/** Each position against those that were known before it was asked for: what overlaps in time has no order. */
function checkPositions(positions: readonly Position[]): string[] {
  const faults: string[] = []
  const byEnd = positions.toSorted((one, other) => one.atMs - other.atMs)
  let ended = 0
  let highest = 0
  const generations = new Map<string, number>()
  for (const position of positions.toSorted((one, other) => one.startedMs - other.startedMs)) {
    for (let before = byEnd[ended]; before && before.atMs < position.startedMs; before = byEnd[++ended]) {
      highest = Math.max(highest, before.next)
      if (before.kind === 'committed')
        generations.set(before.member, Math.max(before.generation, generations.get(before.member) ?? 0))
    }
    const {partition, next, kind} = position
    if (next < highest) faults.push(`partition ${partition}: the committed offset went from ${highest} back to ${next} (${kind})`)
    if (kind === 'observed') continue
    for (const [member, generation] of generations)
      if (member !== position.member && generation > position.generation)
        faults.push(
          `partition ${partition}: a commit of ${position.member} from generation ${position.generation} was taken after one of ${member} from ${generation}`,
        )
  }
  return faults
}
