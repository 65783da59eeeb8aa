import {EvaluationError} from '../evaluation-error.ts'
import {memoize} from '../functions/memoize.ts'

const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?$/
const QUARTER_HOUR_MS = 900_000
const OFFSETS_REMEMBERED_MAX = 5000

/** A time zone: what to add to UTC to get its wall clock. */
export type Zone = {
  readonly id: string
  readonly offsetMs: (epochMs: number) => number
  /** The offset, if it is always the same. */
  readonly fixedMs?: number
}

/** `UTC`, `+01:00`, `GMT+1`, `Europe/Berlin`, … Throws EvaluationError for other names. */
export const zoneOf: (id: string) => Zone = memoize(id => {
  if (/^(?:Z|UTC|GMT|UT)$/.test(id)) return fixedZone(id, 0)
  const match = OFFSET.exec(id)
  return match === null ? region(id) : fixedZone(id, offsetOf(match))
})

export const fixedZone = (id: string, offsetMs: number): Zone => ({id, offsetMs: () => offsetMs, fixedMs: offsetMs})

/** Zone rules change on quarter hours only, so one look at the calendar serves fifteen minutes. */
function region(id: string): Zone {
  const calendar = calendarOf(id)
  const known = new Map<number, number>()
  return {
    id,
    offsetMs: epochMs => {
      const quarter = Math.floor(epochMs / QUARTER_HOUR_MS)
      let offset = known.get(quarter)
      if (offset === undefined) {
        offset = offsetByCalendar(calendar, quarter * QUARTER_HOUR_MS)
        if (known.size >= OFFSETS_REMEMBERED_MAX) known.clear()
        known.set(quarter, offset)
      }
      return offset
    },
  }
}

function calendarOf(id: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: id,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    throw new EvaluationError(`Unknown time-zone ID: ${id}`)
  }
}

/** Before the year 1000, where no zone has rules, the offset of that year holds. */
const EARLIEST_MS = Date.UTC(1000, 0, 1)
const LATEST_MS = 8.64e15 - 86_400_000

function offsetByCalendar(calendar: Intl.DateTimeFormat, epochMs: number): number {
  const instant = Math.min(Math.max(epochMs, EARLIEST_MS), LATEST_MS)
  const part = new Map(calendar.formatToParts(instant).map(({type, value}) => [type, Number(value)]))
  const get = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? 0
  return Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second')) - instant
}

function offsetOf([, sign, hours = '0', minutes = '0', seconds = '0']: RegExpExecArray): number {
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  if (ms > 18 * 3_600_000 || Number(minutes) > 59 || Number(seconds) > 59)
    throw new EvaluationError(`Zone offset ${sign}${hours}:${minutes} is out of range: expected -18:00 to +18:00`)
  return sign === '-' ? -ms : ms
}

/**
 * The instant at which a zone's wall clock shows `localMs`. A time that a change of the clocks skips moves on by the length of
 * the gap; of a time that comes twice, the first one is meant.
 */
export function toInstant(localMs: number, zone: Zone): number {
  if (zone.fixedMs !== undefined) return localMs - zone.fixedMs
  const before = zone.offsetMs(localMs - 86_400_000)
  const early = localMs - before
  if (zone.offsetMs(early) === before) return early
  const late = localMs - zone.offsetMs(early)
  return zone.offsetMs(late) === zone.offsetMs(early) ? late : early
}
