const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})

/** Milliseconds since the epoch, in whatever shape the API gives them. */
export type Millis = number | string

const date = (ms: Millis): Date => new Date(Number(ms))

/** 2024-12-10 06:55:46.000, UTC. */
export const dateTime = (ms: Millis): string =>
  Number.isNaN(date(ms).valueOf()) ? String(ms) : date(ms).toISOString().replace('T', ' ').replace('Z', '')

/** 06:55:46.000, UTC. */
export const timeOfDay = (ms: Millis): string => (Number.isNaN(date(ms).valueOf()) ? String(ms) : clock.format(date(ms)))

const steps: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

/** 3 d, 12 min, 450 ms: the largest unit that fits. */
export function duration(ms: Millis): string {
  const value = Number(ms)
  for (const [size, unit] of steps) if (value >= size) return `${Math.floor(value / size)} ${unit}`
  return `${Math.round(value)} ms`
}
