import type {Random} from '../../packages/engine/src/base/random.ts'

export type Swipe = {readonly timestamp: number; readonly value: {readonly CARD_NUMBER: string; readonly AMOUNT: number}}

/** Swipes of cards, not quite in the order of time, and who has more than three in a window of five seconds. */
export type CardSwipes = {
  readonly swipes: readonly Swipe[]
  /** Card and start of the window → swipes, where there are more than three. */
  readonly frauds: ReadonlyMap<string, number>
}

const windowMs = 5_000
const beginMs = Date.UTC(2024, 0, 1)

export const fraudKey = (card: string, windowStartMs: number): string => `${card} ${windowStartMs}`

export function makeCardSwipes(random: Random, count: number): CardSwipes {
  const counts = new Map<string, number>()
  const swipes = Array.from({length: count}, (_, i): Swipe => {
    const card = `4${String(random.int(12)).padStart(3, '0')}`
    const timestamp = beginMs + i * 200 + random.int(4_000)
    const key = fraudKey(card, timestamp - (timestamp % windowMs))
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return {timestamp, value: {CARD_NUMBER: card, AMOUNT: 1 + random.int(100)}}
  })
  return {swipes, frauds: new Map([...counts].filter(([, swiped]) => swiped > 3))}
}
