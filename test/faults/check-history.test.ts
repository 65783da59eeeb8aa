// A fault run finds what this finds: each way in which a history can be broken must be seen, and a right one must pass.
import {expect, test} from 'vitest'
import {checkHistory} from './check-history.ts'
import type {Event, EventOf, History, Stored} from './history.ts'

type Acked = EventOf<'acked'>
type Handled = EventOf<'handled'>
type Committed = EventOf<'committed'>

const value = (number: number): string => `p:k:${number}`
const acked = (offset: number, more: Partial<Acked> = {}): Acked => ({
  kind: 'acked',
  atMs: 1000 + 10 * offset,
  partition: 0,
  offset,
  value: value(offset),
  level: 'LEADER',
  ...more,
})
const handled = (offset: number, more: Partial<Handled> = {}): Handled => ({
  kind: 'handled',
  atMs: 1005 + 10 * offset,
  partition: 0,
  offset,
  value: value(offset),
  member: 'a',
  generation: 1,
  ...more,
})
const committed = (next: number, more: Partial<Committed> = {}): Committed => {
  const startedMs = more.startedMs ?? 1000 + 10 * next
  return {kind: 'committed', startedMs, atMs: startedMs + 2, partition: 0, next, member: 'a', generation: 1, ...more}
}
const observed = (next: number, startedMs: number): Event => ({
  kind: 'observed',
  startedMs,
  atMs: startedMs + 2,
  partition: 0,
  next,
})
const stored = (...offsets: readonly number[]): Stored[] => offsets.map(offset => ({partition: 0, offset, value: value(offset)}))

/** Four records, handled one by one by one member, the first two of them committed. */
const right: History = {
  events: [...[0, 1, 2, 3].flatMap(offset => [acked(offset), handled(offset)]), committed(1), committed(2), observed(2, 1100)],
  stored: stored(0, 1, 2, 3),
}
const without = (...gone: readonly Event[]): Event[] =>
  right.events.filter(event => !gone.some(each => JSON.stringify(each) === JSON.stringify(event)))
const faultsOf = (history: Partial<History>): readonly string[] => checkHistory({...right, ...history}).faults
const killed = (what: EventOf<'killed'>['what'], atMs: number): Event => ({kind: 'killed', atMs, what})

test('a right history has no faults', () => {
  expect(checkHistory(right)).toEqual({faults: [], lostAsPromised: 0})
})

test('a record is handled again after its member was killed, by the next owner of its partition', () => {
  const again = [2, 3].map(offset => handled(offset, {member: 'b', generation: 2, atMs: 1200 + offset}))
  expect(faultsOf({events: [...right.events, killed('consumer', 1150), ...again]})).toEqual([])
})

test('an acknowledged record that is not there is lost', () => {
  expect(faultsOf({stored: stored(0, 1, 2), events: without(handled(3))})).toEqual([
    'p:k:3, acknowledged with LEADER at 0/3, is lost: there is nothing',
  ])
})

test('a record that is not where it was acknowledged is lost, too', () => {
  const [found] = faultsOf({events: without(acked(3)).concat(acked(2, {value: value(3), atMs: 1031}))})
  expect(found).toBe('p:k:3, acknowledged with LEADER at 0/2, is lost: there is p:k:2')
})

test('a record that is stored twice is found', () => {
  const twice = {partition: 0, offset: 4, value: value(3)}
  expect(faultsOf({stored: [...right.stored, twice], events: [...right.events, handled(4, {value: value(3)})]})).toEqual([
    'p:k:3 is stored twice: at 0/3 and 0/4',
  ])
})

test('records of a key in another order than they were sent are found', () => {
  const swapped = [0, 2, 1, 3].map((number, offset) => ({partition: 0, offset, value: value(number)}))
  const events = swapped.flatMap(({offset, value: its}) => [acked(offset, {value: its}), handled(offset, {value: its})])
  expect(faultsOf({stored: swapped, events})).toEqual(['p:k:1 at 0/2 comes after a later record of its key'])
})

test('keys have their order each for itself', () => {
  const keys = ['p:k:1', 'p:l:0', 'q:k:0', 'p:k:2'].map((its, offset) => ({partition: 0, offset, value: its}))
  const events = keys.flatMap(({offset, value: its}) => [acked(offset, {value: its}), handled(offset, {value: its})])
  expect(faultsOf({stored: keys, events})).toEqual([])
})

test('a gap in offsets and a repeated offset are found', () => {
  const gap = {stored: stored(0, 1, 3), events: without(acked(2), handled(2), acked(3), handled(3)).concat(acked(3))}
  expect(faultsOf(gap)).toContain('partition 0: found offset 3, expected 2')
  const repeat = {stored: [...stored(0, 1, 2, 3), {partition: 0, offset: 3, value: value(4)}]}
  expect(faultsOf(repeat)).toContain('partition 0: found offset 3, expected 4')
})

test('a record that nobody handled is found', () => {
  expect(faultsOf({events: without(handled(3))})).toEqual(['p:k:3 at 0/3 was not handled'])
})

test('a record that was handled and is not in the log is found', () => {
  expect(faultsOf({events: [...right.events, handled(4, {value: 'p:k:9'})]})).toEqual([
    'p:k:9 was handled at 0/4, where there is nothing',
  ])
})

test('two members that handle a partition in one generation are found', () => {
  expect(faultsOf({events: [...without(handled(3)), handled(3, {member: 'b'})]})).toEqual([
    'partition 0 in generation 1 was handled by a and b',
  ])
})

test('a record that a member leaves out or handles twice in one generation is found', () => {
  const skipped = [...without(handled(2)), handled(2, {generation: 2, atMs: 1100})]
  expect(faultsOf({events: skipped})).toEqual(['a handled offset 3 of partition 0 in generation 1 after 1'])
  expect(faultsOf({events: [...right.events, handled(3)]})).toEqual(['a handled offset 3 of partition 0 in generation 1 after 3'])
})

test('a committed offset that goes back is found, by who asks and by who commits', () => {
  expect(faultsOf({events: [...right.events, observed(1, 1200)]})).toEqual([
    'partition 0: the committed offset went from 2 back to 1 (observed)',
  ])
  expect(faultsOf({events: [...right.events, committed(1, {startedMs: 1200})]})).toEqual([
    'partition 0: the committed offset went from 2 back to 1 (committed)',
  ])
})

test('what was asked for while a commit was under way may say either', () => {
  expect(faultsOf({events: [...right.events, committed(4, {startedMs: 1200, atMs: 1300}), observed(2, 1250)]})).toEqual([])
})

test('a commit of an old generation that is taken after another member committed in a new one is found', () => {
  const events = [
    ...right.events,
    committed(3, {startedMs: 1200, member: 'b', generation: 5}),
    committed(4, {startedMs: 1210, generation: 4}),
  ]
  expect(faultsOf({events})).toEqual(['partition 0: a commit of a from generation 4 was taken after one of b from 5'])
})

test('a failure that trying again does not mend is found', () => {
  const events: Event[] = [...right.events, {kind: 'failed', atMs: 1200, message: 'Internal error'}]
  expect(faultsOf({events})).toEqual(['a request failed for good: Internal error'])
})

const lostTail = {stored: stored(0, 1), events: without(handled(2), handled(3))}

test('what was acknowledged with LEADER just before a primary of a cluster died may be gone with it', () => {
  const events = [...lostTail.events, killed('primary', 1040)]
  expect(checkHistory({...lostTail, events})).toEqual({faults: [], lostAsPromised: 2})
})

test('it may be gone with nothing else, and not long before', () => {
  expect(faultsOf({...lostTail, events: [...lostTail.events, killed('redis', 1040), killed('server', 1040)]})).toHaveLength(2)
  expect(faultsOf({...lostTail, events: [...lostTail.events, killed('primary', 9000)]})).toHaveLength(2)
})

test('what was acknowledged with ALL may never be gone', () => {
  const events = [...without(handled(2), handled(3), acked(2)), acked(2, {level: 'ALL'}), killed('primary', 1040)]
  expect(faultsOf({...lostTail, events})).toEqual(['p:k:2, acknowledged with ALL at 0/2, is lost: there is nothing'])
})

test('a primary takes the end of a partition with it, never a record in its middle', () => {
  const replaced = [...stored(0, 1), {partition: 0, offset: 2, value: value(7)}, ...stored(3)]
  const events = [...without(handled(2)), handled(2, {value: value(7), generation: 2}), killed('primary', 1040)]
  expect(faultsOf({stored: replaced, events})).toContain(
    'p:k:2, acknowledged with LEADER at 0/2, is lost: there is p:k:7, and records behind it are kept',
  )
})

const replacedTail = [...stored(0, 1), {partition: 0, offset: 2, value: value(8)}, {partition: 0, offset: 3, value: value(9)}]
const acknowledgedAgain = [acked(2, {value: value(8), atMs: 6000}), acked(3, {value: value(9), atMs: 6001})]

test('a group that had handled lost records must get what stands in their place', () => {
  const events = [...right.events, killed('primary', 1040), ...acknowledgedAgain]
  expect(checkHistory({stored: replacedTail, events})).toEqual({
    faults: ['p:k:8 at 0/2 was not handled', 'p:k:9 at 0/3 was not handled'],
    lostAsPromised: 2,
  })
})

test('for that it may go back once, and not without a failover that lost something', () => {
  const again = [8, 9].map((number, i) => handled(2 + i, {value: value(number), generation: 200, atMs: 7000}))
  const back = [committed(4, {startedMs: 1035}), committed(3, {startedMs: 7000, generation: 200})]
  const events = [...right.events, killed('primary', 1040), ...acknowledgedAgain, ...again, ...back]
  expect(faultsOf({stored: replacedTail, events})).toEqual([])
  expect(faultsOf({stored: replacedTail, events: [...events, committed(4, {startedMs: 12_000}), observed(3, 12_100)]})).toEqual([
    'partition 0: the committed offset went from 4 back to 3 (observed)',
  ])
  const other = [...right.events, committed(4, {startedMs: 1110}), observed(3, 7000)]
  expect(faultsOf({events: [...other, killed('primary', 1040)]})).toEqual([
    'partition 0: the committed offset went from 4 back to 3 (observed)',
  ])
  expect(faultsOf({events: [...other, killed('cut-off primary', 1040)]})).toEqual([])
})

test('copies are the log itself: one too many, one too few and another one are found', () => {
  expect(faultsOf({copied: stored(0, 1, 2, 3)})).toEqual([])
  expect(faultsOf({copied: stored(0, 1, 2)})).toEqual(['the copy at 0/3 is nothing, expected p:k:3'])
  const twice = [...stored(0, 1, 2, 3), {partition: 0, offset: 4, value: value(3)}]
  expect(faultsOf({copied: twice})).toEqual(['the copy at 0/4 is p:k:3, expected nothing'])
})
