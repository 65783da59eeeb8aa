/** What was heard of a run, in the words of those who took part. Times are wall-clock ms of the one machine. */
export type Event =
  /** A producer was told that its record is stored at this place, under the level that was given. */
  | {
      readonly kind: 'acked'
      readonly atMs: number
      readonly partition: number
      readonly offset: number
      readonly value: string
      readonly level: 'LEADER' | 'ALL'
    }
  /** A member of the group was handed a record. */
  | {
      readonly kind: 'handled'
      readonly atMs: number
      readonly partition: number
      readonly offset: number
      readonly value: string
      readonly member: string
      readonly generation: number
    }
  /** A member was told that its commit is taken: it asked at `startedMs`. */
  | {
      readonly kind: 'committed'
      readonly startedMs: number
      readonly atMs: number
      readonly partition: number
      readonly next: number
      readonly member: string
      readonly generation: number
    }
  /** Somebody asked the store at `startedMs` for the group's committed offset, and heard this. */
  | {
      readonly kind: 'observed'
      readonly startedMs: number
      readonly atMs: number
      readonly partition: number
      readonly next: number
    }
  /** A server answered with an error that trying again does not mend. */
  | {readonly kind: 'failed'; readonly atMs: number; readonly message: string}
  | {readonly kind: 'killed'; readonly atMs: number; readonly what: Victim}

/**
 * `primary`: where a replica may take over; `cut-off primary`: whose replicas had not followed it for some moments; `redis`: a
 * server that comes back with its own data.
 */
export type Victim = 'server' | 'consumer' | 'copier' | 'redis' | 'primary' | 'cut-off primary'

export type Stored = {readonly partition: number; readonly offset: number; readonly value: string}

/**
 * `stored`: what the log holds in the end, as a reader from the beginning finds it. `copied`: what the copiers made of it, where
 * there are any.
 */
export type History = {
  readonly events: readonly Event[]
  readonly stored: readonly Stored[]
  readonly copied?: readonly Stored[]
}

export type EventOf<Kind extends Event['kind']> = Extract<Event, {readonly kind: Kind}>

export const eventsOf = <Kind extends Event['kind']>({events}: History, kind: Kind): readonly EventOf<Kind>[] =>
  events.filter((event): event is EventOf<Kind> => event.kind === kind)

/** A value is `<producer>:<key>:<number>`; a producer counts the records of each key from 0. */
export const keyOf = (value: string): string => value.slice(0, value.lastIndexOf(':'))
export const numberOf = (value: string): number => Number(value.slice(value.lastIndexOf(':') + 1))
export const placeOf = ({partition, offset}: {readonly partition: number; readonly offset: number}): string =>
  `${partition}/${offset}`
