import {EvaluationError} from './evaluation-error.ts'
import type {Long} from './long.ts'

/** ISO text of DATE (days since the epoch), TIME (ms of the day) and TIMESTAMP (ms since the epoch), in UTC. */

const DAY_MS = 86_400_000
const pad = (value: number, width: number) => String(value).padStart(width, '0')

/** Year, month and day of an epoch day, in the proleptic Gregorian calendar. (H. Hinnant, "chrono-compatible date algorithms") */
export function civilFromDays(days: number): {year: number; month: number; day: number} {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  }
}

/** The epoch day of a date; undefined where there is no such day. */
export function daysFromCivil(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** `2024-02-29`; years past 9999 with a sign, as Java's `LocalDate.toString`. */
export function dateToText(days: number): string {
  const {year, month, day} = civilFromDays(days)
  const sign = year < 0 ? '-' : year > 9999 ? '+' : ''
  return `${sign}${pad(Math.abs(year), 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** `12:30`, `12:30:05`, `12:30:05.250`: as short as Java's `LocalTime.toString`. */
export function timeToText(msOfDay: number): string {
  const seconds = Math.floor(msOfDay / 1000)
  const text = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}`
  const ms = msOfDay % 1000
  if (ms !== 0) return `${text}:${pad(seconds % 60, 2)}.${pad(ms, 3)}`
  return seconds % 60 === 0 ? text : `${text}:${pad(seconds % 60, 2)}`
}

/** `2024-02-29T12:30:05.250`: always with milliseconds. */
export function timestampToText(ms: Long): string {
  const instant = Number(ms)
  const days = Math.floor(instant / DAY_MS)
  const msOfDay = instant - days * DAY_MS
  const seconds = Math.floor(msOfDay / 1000)
  const time = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  return `${dateToText(days)}T${time}.${pad(msOfDay % 1000, 3)}`
}

const DATE_PATTERN = /^([+-]?\d{4,9})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/
const TIME_PATTERN = /^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?$/
const ZONE_PATTERN = /(?:\s*(Z|[+-]\d{2}(?::?\d{2})?))$/i

/** Days since the epoch of `2024`, `2024-02` or `2024-02-29`; text after a `T` is left aside. Throws EvaluationError. */
export function parseDate(text: string): number {
  return readDate(text.trim().split('T')[0] ?? '') ?? refuse(text, 'DATE', 'yyyy-MM-dd')
}

/** Ms of the day of `12`, `12:30`, `12:30:05` or `12:30:05.250`. Throws EvaluationError. */
export const parseTime = (text: string): number => readTime(text.trim()) ?? refuse(text, 'TIME', 'HH:mm:ss.SSS')

/**
 * Ms since the epoch of a date alone, or a date, `T` or a blank, a time, and a zone (`Z`, `+01`, `+0100`, `+01:00`; UTC
 * where absent). Throws EvaluationError.
 */
export function parseTimestamp(text: string): number {
  const trimmed = text.trim()
  const at = trimmed.search(/[Tt ]/)
  if (at < 0) return (readDate(trimmed) ?? refuse(text, 'TIMESTAMP', "yyyy-MM-dd'T'HH:mm:ss.SSS")) * DAY_MS
  const days = readDate(trimmed.slice(0, at))
  const rest = trimmed.slice(at + 1)
  const zone = ZONE_PATTERN.exec(rest)
  const clock = zone === null ? rest : rest.slice(0, zone.index)
  const ms = clock === '' ? 0 : readTime(clock)
  if (days === undefined || ms === undefined) return refuse(text, 'TIMESTAMP', "yyyy-MM-dd'T'HH:mm:ss.SSS")
  return days * DAY_MS + ms - offsetMs(zone?.[1] ?? 'Z')
}

function readDate(text: string): number | undefined {
  const match = DATE_PATTERN.exec(text)
  return match === null ? undefined : daysFromCivil(Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1))
}

function readTime(text: string): number | undefined {
  const match = TIME_PATTERN.exec(text)
  if (match === null) return undefined
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((match[4] ?? '').padEnd(3, '0').slice(0, 3))
}

function offsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

function refuse(text: string, type: string, form: string): never {
  throw new EvaluationError(`'${text}' is no ${type}: expected text such as ${form}`)
}
