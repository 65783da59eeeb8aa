import {civilFromDays, daysFromCivil} from '../temporal-text.ts'
import type {Zone} from './zone.ts'

const DAY_MS = 86_400_000

/** What a pattern can print: a date, a time of day, a zone, each only where the value has one. */
export type Moment = {
  readonly days?: number
  readonly msOfDay?: number
  readonly zone?: Zone
  /** Present if all three are. */
  readonly epochMs?: number
}

export function momentOf(epochMs: number, zone: Zone): Moment {
  const local = epochMs + zone.offsetMs(epochMs)
  const days = Math.floor(local / DAY_MS)
  return {days, msOfDay: local - days * DAY_MS, zone, epochMs}
}

/** Monday is 1. */
export const weekdayOf = (days: number): number => ((((days + 3) % 7) + 7) % 7) + 1

export const firstDayOf = (year: number): number => daysFromCivil(year, 1, 1) ?? 0

/**
 * Weeks as en-US counts them, from Sunday, the first one holding 1 January: the year that the week of a day belongs to, its
 * number in that year and in the month, and the weekday from Sunday = 1.
 */
export function usWeekOf(days: number): {year: number; week: number; weekOfMonth: number; weekday: number} {
  const {year, day} = civilFromDays(days)
  const sunday = (at: number) => at - (weekdayOf(at) % 7)
  const nextStart = sunday(firstDayOf(year + 1))
  const isNext = days >= nextStart
  return {
    year: isNext ? year + 1 : year,
    week: (sunday(days) - (isNext ? nextStart : sunday(firstDayOf(year)))) / 7 + 1,
    weekOfMonth: (sunday(days) - sunday(days - day + 1)) / 7 + 1,
    weekday: (weekdayOf(days) % 7) + 1,
  }
}
