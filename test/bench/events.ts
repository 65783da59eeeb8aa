import {seededRandom} from '@millrace/engine/testing'

export type OrderEvent = {
  readonly ID: number
  readonly USER: string
  readonly CARD: string
  readonly AMOUNT: number
  readonly CITY: string
  readonly TS: number
}

const cities = ['Berlin', 'Madrid', 'Oslo', 'Paris', 'Rome', 'Vienna', 'Warsaw', 'Zurich']
const firstMs = 1_700_000_000_000

const ordersPerText = 10_000

/** Those who order most of the time, where there are such. */
const hotUsers = 100

/**
 * Orders of about 120 bytes as JSON, a millisecond apart, over `users` users; the same for the same seed. `hot`: the share of
 * orders of the first hundred users. They come out of JSON, as from outside: a text that was added up is put together where it is
 * first read, which would be work of whoever is measured.
 */
export function makeOrders(count: number, users: number, {hot = 0, seed = 1} = {}): OrderEvent[] {
  const random = seededRandom(seed)
  const orders = Array.from({length: count}, (_, i): OrderEvent => ({
    ID: i,
    USER: `user-${String(Math.floor(random.next() * (random.next() < hot ? hotUsers : users))).padStart(6, '0')}`,
    CARD: `4111-${String(Math.floor(random.next() * 1e8)).padStart(8, '0')}`,
    AMOUNT: Math.round(random.next() * 100_000) / 100,
    CITY: cities[Math.floor(random.next() * cities.length)] ?? 'Berlin',
    TS: firstMs + i,
  }))
  return batchesOf(orders, ordersPerText).flatMap((some): OrderEvent[] => JSON.parse(JSON.stringify(some)))
}

/** Reads every field, as whoever consumes an order would; what it gives means nothing. */
export const readOrder = ({ID, USER, CARD, AMOUNT, CITY, TS}: OrderEvent): number =>
  ID + USER.length + CARD.length + AMOUNT + CITY.length + TS

export const batchesOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({length: Math.ceil(items.length / size)}, (_, i) => items.slice(i * size, (i + 1) * size))
