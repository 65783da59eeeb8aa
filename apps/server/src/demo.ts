import {setTimeout as sleep} from 'node:timers/promises'
import type {Engine, ProduceRecord} from '@millrace/engine'
import {runUntilStopped} from './run.ts'

/** Sample sources and queries, so that there is something to look at. Runs again over the same data without doubling anything. */
const statements = `
CREATE STREAM IF NOT EXISTS clicks (user VARCHAR KEY, page VARCHAR, ms INT) WITH (KAFKA_TOPIC='clicks', PARTITIONS=4);
CREATE STREAM IF NOT EXISTS authorization_attempts (card_number VARCHAR, amount DOUBLE, city VARCHAR)
  WITH (KAFKA_TOPIC='authorization_attempts', PARTITIONS=4);
CREATE STREAM IF NOT EXISTS slow_clicks AS SELECT user, page, ms FROM clicks WHERE ms > 900;
CREATE TABLE IF NOT EXISTS page_views AS SELECT page, COUNT(*) AS views, AVG(ms) AS average_ms FROM clicks GROUP BY page;
CREATE TABLE IF NOT EXISTS possible_fraud AS
  SELECT card_number, COUNT(*) AS attempts, SUM(amount) AS total
  FROM authorization_attempts WINDOW TUMBLING (SIZE 5 SECONDS)
  GROUP BY card_number HAVING COUNT(*) > 3;
`

const pages = ['/', '/pricing', '/docs', '/docs/start', '/blog', '/login', '/cart', '/checkout']
const cities = ['Berlin', 'Madrid', 'Oslo', 'Paris', 'Rome', 'Vienna']
const oneOf = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)]

const click = (): ProduceRecord => ({
  key: `user-${Math.floor(Math.random() * 200)}`,
  value: {PAGE: oneOf(pages), MS: Math.floor(20 + Math.random() ** 4 * 1500)},
})
const attempt = (card: string): ProduceRecord => ({
  value: {CARD_NUMBER: card, AMOUNT: Math.round(Math.random() * 20_000) / 100, CITY: oneOf(cities)},
})
const attempts = (): ProduceRecord[] => {
  const card = `4111-${String(Math.floor(Math.random() * 5_000)).padStart(4, '0')}`
  return Array.from({length: Math.random() < 0.05 ? 6 : 1}, () => attempt(card))
}

/** About 400 clicks and 20 card attempts a second, in waves, so that rates and lag move. */
async function feed(engine: Engine, signal: AbortSignal): Promise<void> {
  const result = await engine.execute(statements)
  if (result.kind === 'rejected') throw new Error(result.message)
  for (let tick = 0; !signal.aborted; tick++) {
    const wave = 1 + Math.sin(tick / 40)
    await engine.produce({topic: 'clicks', records: Array.from({length: Math.ceil(40 * wave) + 1}, click)})
    await engine.produce({topic: 'authorization_attempts', records: [...attempts(), ...attempts()]})
    await sleep(100, undefined, {signal}).catch(() => {})
  }
}

await runUntilStopped(feed)
