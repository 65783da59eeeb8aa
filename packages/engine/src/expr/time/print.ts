import {EvaluationError} from '../evaluation-error.ts'
import {civilFromDays} from '../temporal-text.ts'
import {firstDayOf, usWeekOf, weekdayOf} from './moment.ts'
import type {Moment} from './moment.ts'
import {ERAS, HALF_DAYS, MONTHS, QUARTERS, SHORT_ERAS, WEEKDAYS, styled} from './names.ts'
import type {PatternToken} from './pattern.ts'
import {longZoneName, shortZoneName} from './zone-names.ts'

/** Throws EvaluationError for a field that the moment lacks, unless it stands in an optional section, which is then left out. */
export function printMoment(tokens: readonly PatternToken[], moment: Moment): string {
  let result = ''
  for (const token of tokens) {
    if (token.kind === 'literal') result += token.text
    else if (token.kind === 'field') result += printField(token.letter, token.count, moment)
    else if (canPrint(token.tokens, moment)) result += printMoment(token.tokens, moment)
  }
  return result
}

const DATE_LETTERS = 'GuyDMLdQqYwWEecF'
const ZONE_LETTERS = 'VzOXxZ'

function has(letter: string, moment: Moment): boolean {
  if (DATE_LETTERS.includes(letter)) return moment.days !== undefined
  return ZONE_LETTERS.includes(letter) ? moment.epochMs !== undefined : moment.msOfDay !== undefined
}

const canPrint = (tokens: readonly PatternToken[], moment: Moment): boolean =>
  tokens.every(token => token.kind !== 'field' || has(token.letter, moment))

function printField(letter: string, count: number, moment: Moment): string {
  if (DATE_LETTERS.includes(letter)) return printDate(letter, count, moment.days ?? lacks(letter, 'date'))
  if (!ZONE_LETTERS.includes(letter)) return printTime(letter, count, moment.msOfDay ?? lacks(letter, 'time'))
  const {zone, epochMs} = moment
  if (zone === undefined || epochMs === undefined) return lacks(letter, 'zone')
  if (letter === 'V') return zone.id
  if (letter === 'z') return count === 4 ? longZoneName(zone, epochMs) : shortZoneName(zone, epochMs)
  return printOffset(letter, count, zone.offsetMs(epochMs))
}

function lacks(letter: string, part: string): never {
  throw new EvaluationError(`Unsupported field: the pattern letter ${letter} needs a ${part}, which the value does not have`)
}

const pad = (value: number, width: number) => String(value).padStart(width, '0')

function printYear(year: number, count: number): string {
  if (count === 2) return pad(Math.abs(year) % 100, 2)
  const digits = pad(Math.abs(year), count)
  return year < 0 ? `-${digits}` : count >= 4 && digits.length > count ? `+${digits}` : digits
}

let lastDays = 0
let lastCivil = civilFromDays(0)

/** The fields of one value ask for the same day one after another, and so do most neighbouring records. */
function civilOf(days: number): {readonly year: number; readonly month: number; readonly day: number} {
  if (days !== lastDays) {
    lastCivil = civilFromDays(days)
    lastDays = days
  }
  return lastCivil
}

function printDate(letter: string, count: number, days: number): string {
  const {year, month, day} = civilOf(days)
  const quarter = Math.ceil(month / 3)
  const named = (names: readonly string[], index: number) => styled(names[index - 1] ?? '', count)
  switch (letter) {
    case 'u':
      return printYear(year, count)
    case 'y':
      return printYear(year > 0 ? year : 1 - year, count)
    case 'M':
    case 'L':
      return count <= 2 ? pad(month, count) : named(MONTHS, month)
    case 'd':
      return pad(day, count)
    case 'D':
      return pad(days - firstDayOf(year) + 1, count)
    case 'Q':
    case 'q':
      return count <= 2
        ? pad(quarter, count)
        : count === 3
          ? `Q${quarter}`
          : count === 4
            ? (QUARTERS[quarter - 1] ?? '')
            : String(quarter)
    case 'E':
      return named(WEEKDAYS, weekdayOf(days))
    case 'e':
    case 'c':
      return count <= 2 ? pad(usWeekOf(days).weekday, count) : named(WEEKDAYS, weekdayOf(days))
    case 'Y':
      return printYear(usWeekOf(days).year, count)
    case 'w':
      return pad(usWeekOf(days).week, count)
    case 'W':
      return String(usWeekOf(days).weekOfMonth)
    case 'F':
      return String(Math.ceil(day / 7))
    default: {
      const era = year > 0 ? 1 : 0
      return count === 4 ? (ERAS[era] ?? '') : (SHORT_ERAS[era] ?? '').slice(0, count === 5 ? 1 : 2)
    }
  }
}

function printTime(letter: string, count: number, msOfDay: number): string {
  const hour = Math.floor(msOfDay / 3_600_000)
  const ms = msOfDay % 1000
  switch (letter) {
    case 'H':
      return pad(hour, count)
    case 'k':
      return pad(hour === 0 ? 24 : hour, count)
    case 'K':
      return pad(hour % 12, count)
    case 'h':
      return pad(hour % 12 === 0 ? 12 : hour % 12, count)
    case 'm':
      return pad(Math.floor(msOfDay / 60_000) % 60, count)
    case 's':
      return pad(Math.floor(msOfDay / 1000) % 60, count)
    case 'S':
      return pad(ms, 3).padEnd(9, '0').slice(0, count)
    case 'A':
      return pad(msOfDay, count)
    case 'n':
      return pad(ms * 1_000_000, count)
    case 'N':
      return pad(msOfDay * 1_000_000, count)
    default:
      return HALF_DAYS[hour < 12 ? 0 : 1] ?? ''
  }
}

function printOffset(letter: string, count: number, offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000
  const sign = offsetMs < 0 ? '-' : '+'
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
  if (letter === 'O' || (letter === 'Z' && count === 4)) {
    if (offsetMs === 0) return 'GMT'
    if (letter === 'O' && count === 1) return `GMT${sign}${hours}${minutes === 0 ? '' : `:${pad(minutes, 2)}`}`
    return `GMT${sign}${pad(hours, 2)}:${pad(minutes, 2)}`
  }
  if (offsetMs === 0 && (letter === 'X' || (letter === 'Z' && count === 5))) return 'Z'
  const hasColon = letter === 'Z' ? count === 5 : count === 3 || count === 5
  const hasSeconds = rest !== 0 && (letter === 'Z' ? count === 5 : count >= 4)
  const hasMinutes = letter === 'Z' || count > 1 || minutes !== 0
  const gap = hasColon ? ':' : ''
  return `${sign}${pad(hours, 2)}${hasMinutes ? gap + pad(minutes, 2) : ''}${hasSeconds ? gap + pad(rest, 2) : ''}`
}
