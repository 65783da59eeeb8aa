import {EvaluationError} from '../evaluation-error.ts'
import {daysFromCivil, daysInMonth} from '../temporal-text.ts'
import {firstDayOf, weekdayOf} from './moment.ts'
import type {ParsedFields, ParsedLetter, ParseStyle} from './parse.ts'

/** Local date and time of what was read; a part is undefined where none of its fields was read. */
export type Resolved = {
  readonly days: number | undefined
  readonly msOfDay: number | undefined
  readonly hasYear: boolean
  readonly hasHour: boolean
}

const DATE_LETTERS: readonly ParsedLetter[] = ['y', 'u', 'G', 'M', 'd', 'D', 'E']
const RANGES: Readonly<Partial<Record<ParsedLetter, readonly [number, number]>>> = {
  M: [1, 12],
  d: [1, 31],
  D: [1, 366],
  H: [0, 24],
  k: [1, 24],
  h: [1, 12],
  K: [0, 11],
  m: [0, 59],
  s: [0, 59],
  A: [0, 86_399_999],
  n: [0, 999_999_999],
  N: [0, 86_399_999_999_999],
}

/**
 * Missing date fields are those of 1970-01-01, missing time fields 0. Strict: a day past the month's end is its last day (up to
 * 31), a weekday must fit. Lenient: values out of range carry over, 31 February is in March. Throws EvaluationError.
 */
export function resolveFields({numbers}: ParsedFields, style: ParseStyle): Resolved {
  if (style === 'strict') for (const [letter, value] of numbers) checkRange(letter, value)
  const time = timeOf(numbers)
  const hasDate = DATE_LETTERS.some(letter => numbers.has(letter))
  const msOfDay = time.ms === undefined ? undefined : style === 'strict' ? time.ms % 86_400_000 : time.ms
  const carried = time.ms !== undefined && time.ms >= 86_400_000 && style === 'strict' ? 1 : 0
  return {
    days: hasDate || carried > 0 ? dateOf(numbers, style) + carried : undefined,
    msOfDay,
    hasYear: numbers.has('y') || numbers.has('u'),
    hasHour: time.hasHour,
  }
}

function checkRange(letter: ParsedLetter, value: number): void {
  const [low, high] = RANGES[letter] ?? [-Infinity, Infinity]
  if (value < low || value > high)
    throw new EvaluationError(`Invalid value for the field ${letter}: ${value} (expected ${low} to ${high})`)
}

function yearOf(numbers: ParsedFields['numbers']): number {
  const year = numbers.get('u')
  if (year !== undefined) return year
  const yearOfEra = numbers.get('y') ?? 1970
  return numbers.get('G') === 0 ? 1 - yearOfEra : yearOfEra
}

function dateOf(numbers: ParsedFields['numbers'], style: ParseStyle): number {
  const year = yearOf(numbers)
  const dayOfYear = numbers.get('D')
  const days = dayOfYear === undefined ? dayInMonth(numbers, year, style) : firstDayOf(year) + dayOfYear - 1
  if (style === 'strict' && dayOfYear === 366 && daysInMonth(year, 2) === 28)
    throw new EvaluationError(`Invalid value for the field D: 366 (the year ${year} has 365 days)`)
  const weekday = numbers.get('E')
  if (style === 'strict' && weekday !== undefined && numbers.has('d') && numbers.has('M') && weekdayOf(days) !== weekday)
    throw new EvaluationError('the weekday does not fit the date')
  return days
}

function dayInMonth(numbers: ParsedFields['numbers'], year: number, style: ParseStyle): number {
  const month = numbers.get('M') ?? 1
  const day = numbers.get('d') ?? 1
  if (style === 'strict') return daysFromCivil(year, month, Math.min(day, daysInMonth(year, month))) ?? 0
  const carriedYear = year + Math.floor((month - 1) / 12)
  return (daysFromCivil(carriedYear, ((((month - 1) % 12) + 12) % 12) + 1, 1) ?? 0) + day - 1
}

/** Milliseconds from midnight, 24:00 included; parts of a millisecond are cut off. */
function timeOf(numbers: ParsedFields['numbers']): {readonly ms: number | undefined; readonly hasHour: boolean} {
  const get = (letter: ParsedLetter) => numbers.get(letter) ?? 0
  const whole = numbers.has('A') ? get('A') : numbers.has('N') ? Math.floor(get('N') / 1e6) : undefined
  if (whole !== undefined) return {ms: whole, hasHour: true}
  const hour = hourOf(numbers)
  const isPresent = hour !== undefined || ['m', 's', 'S', 'n', 'a'].some(letter => numbers.has(letter as ParsedLetter))
  if (!isPresent) return {ms: undefined, hasHour: false}
  const nanos = numbers.has('S') ? get('S') : get('n')
  const ms = (((hour ?? 12 * get('a')) * 60 + get('m')) * 60 + get('s')) * 1000 + Math.floor(nanos / 1e6)
  if (hour === 24 && ms !== 86_400_000) throw new EvaluationError('Invalid value for the field H: 24 (only 24:00:00 is valid)')
  return {ms, hasHour: numbers.has('H') || numbers.has('k') || numbers.has('a')}
}

function hourOf(numbers: ParsedFields['numbers']): number | undefined {
  const hour = numbers.get('H')
  if (hour !== undefined) return hour
  const clockHour = numbers.get('k')
  if (clockHour !== undefined) return clockHour % 24
  const halfDay = numbers.get('K') ?? numbers.get('h')
  return halfDay === undefined ? undefined : (halfDay % 12) + 12 * (numbers.get('a') ?? 0)
}
