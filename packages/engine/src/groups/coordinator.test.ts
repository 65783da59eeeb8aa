import fc from 'fast-check'
import {expect, test} from 'vitest'
import {reduce, type GroupEvent} from './coordinator.ts'
import {emptyGroup, type Group} from './group.ts'

const partitions = {t: 4}
const join = (id: string, more: {instanceId?: string; topics?: string[]} = {}): GroupEvent => ({
  kind: 'join',
  member: {id, clientId: id, topics: ['t'], sessionTimeoutMs: 9000, ...more},
  partitions,
})
const sync = (memberId: string, released: string[] = [], counts: Group['partitions'] = partitions): GroupEvent => ({
  kind: 'sync',
  memberId,
  released,
  partitions: counts,
})
const after = (...events: GroupEvent[]): Group => events.reduce((group, event) => reduce(group, event, 0), emptyGroup)
const ownedBy = (group: Group, id: string): string[] =>
  Object.keys(group.members.find(member => member.id === id)?.owned ?? {}).toSorted()

test('the first member has everything at once, the second waits for what the first gives up', () => {
  const both = after(join('a'), join('b'))
  expect(ownedBy(both, 'a')).toHaveLength(4)
  expect(ownedBy(both, 'b')).toEqual([])
  expect(reduce(both, sync('b'), 0)).toBe(both)
  const revoked = ownedBy(both, 'a').filter(key => !both.members[0]?.assigned.includes(key))
  expect(revoked).toHaveLength(2)
  const released = reduce(both, sync('a', revoked), 0)
  expect(released.generation).toBe(both.generation)
  const taken = reduce(released, sync('b'), 0)
  expect(ownedBy(taken, 'b')).toEqual(revoked)
  expect(taken.generation).toBeGreaterThan(both.generation)
  expect(taken.members[1]?.owned).toEqual(Object.fromEntries(revoked.map(key => [key, taken.generation])))
})

test('partitions of a member that is gone are free at once', () => {
  const both = after(join('a'), join('b'))
  for (const event of [
    {kind: 'leave', memberId: 'a'},
    {kind: 'expire', memberIds: ['a']},
  ] satisfies GroupEvent[]) {
    const left = reduce(both, event, 0)
    expect(left.members.map(({id}) => id)).toEqual(['b'])
    expect(ownedBy(reduce(left, sync('b'), 0), 'b')).toHaveLength(4)
    expect(reduce(left, event, 0)).toBe(left)
  }
})

test('a static member that comes back has what it had, under a generation that fences its former self', () => {
  const before = after(join('a1', {instanceId: 'a'}), join('b'))
  const back = reduce(before, join('a2', {instanceId: 'a'}), 0)
  expect(back.members.map(({id}) => id)).toEqual(['a2', 'b'])
  expect(ownedBy(back, 'a2')).toEqual(ownedBy(before, 'a1'))
  for (const since of Object.values(back.members[0]?.owned ?? {})) expect(since).toBeGreaterThan(before.generation)
  expect(reduce(back, sync('a1', ['t/0']), 0)).toBe(back)
})

test('a heartbeat is written once in a while only, or when it changes something', () => {
  const group = after(join('a'))
  expect(reduce(group, sync('a'), 2999)).toBe(group)
  const beaten = reduce(group, sync('a'), 3000)
  expect(beaten).toEqual({...group, members: [{...group.members[0], seenMs: 3000}]})
  const grown = reduce(group, sync('a', [], {t: 6}), 1)
  expect(ownedBy(grown, 'a')).toHaveLength(6)
  const dropped = reduce(group, sync('a', [], {t: 0}), 1)
  expect(dropped.members[0]?.assigned).toEqual([])
})

test('members get partitions of the topics that they want only', () => {
  const group = after(join('a'), {...join('b', {topics: ['u']}), partitions: {u: 2}} as GroupEvent)
  expect(ownedBy(group, 'a')).toEqual(['t/0', 't/1', 't/2', 't/3'])
  expect(ownedBy(group, 'b')).toEqual(['u/0', 'u/1'])
})

const ids = ['a', 'b', 'c', 'd']
const anyStep = fc.tuple(fc.constantFrom('join', 'sync', 'leave', 'expire', 'grow'), fc.constantFrom(...ids))

test('whatever happens, a partition has one owner at a time, and those who go on get everything', () => {
  fc.assert(
    fc.property(fc.array(anyStep, {maxLength: 40}), steps => {
      let counts = {t: 4}
      let group = emptyGroup
      const step = (kind: string, id: string): void => {
        const member = group.members.find(each => each.id === id)
        const released = Object.keys(member?.owned ?? {}).filter(key => !member?.assigned.includes(key))
        if (kind === 'grow') counts = {t: Math.min(9, counts.t + 1)}
        else if (kind === 'join') group = reduce(group, {...join(id), partitions: counts} as GroupEvent, 0)
        else if (kind === 'sync') group = reduce(group, sync(id, released, counts), 0)
        else if (kind === 'leave') group = reduce(group, {kind, memberId: id}, 0)
        else group = reduce(group, {kind: 'expire', memberIds: [id]}, 0)
      }
      const owners = new Map<string, {id: string; since: number}>()
      for (const [kind, id] of steps) {
        const {generation} = group
        step(kind, id)
        expect(group.generation).toBeGreaterThanOrEqual(generation)
        const all = group.members.flatMap(member =>
          Object.entries(member.owned).map(([key, since]) => ({key, id: member.id, since})),
        )
        expect(new Set(all.map(({key}) => key)).size).toBe(all.length)
        for (const {key, id: owner, since} of all) {
          const known = owners.get(key)
          if (known && known.id !== owner) expect(since).toBeGreaterThan(known.since)
          owners.set(key, {id: owner, since})
        }
      }
      for (let round = 0; round < 3; round++) for (const {id} of group.members) step('sync', id)
      const owned = group.members.flatMap(member => Object.keys(member.owned))
      expect(owned).toHaveLength(group.members.length > 0 ? counts.t : 0)
      for (const {id} of group.members)
        expect(Math.abs(ownedBy(group, id).length - counts.t / group.members.length)).toBeLessThan(1)
    }),
  )
})
