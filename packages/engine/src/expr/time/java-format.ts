import {EvaluationError} from '../evaluation-error.ts'
import {memoize} from '../functions/memoize.ts'
import type {Long} from '../long.ts'
import {fixedLayout} from './fixed-layout.ts'
import {momentOf} from './moment.ts'
import {parseFields} from './parse.ts'
import type {ParsedFields, ParseStyle} from './parse.ts'
import {parsePattern} from './pattern.ts'
import type {PatternToken} from './pattern.ts'
import {printMoment} from './print.ts'
import {resolveFields} from './resolve.ts'
import type {Resolved} from './resolve.ts'
import {toInstant, zoneOf} from './zone.ts'

/**
 * Java's `DateTimeFormatter` patterns in English, for DATE (epoch days), TIME (ms of the day) and TIMESTAMP (ms since the
 * epoch). Reading ignores case. Everything here throws EvaluationError for text that does not fit, fields that a value does not
 * have, unknown zones. Weeks (`w`, `W`, `Y`, `F`, numeric `e` and `c`) can be printed but not read; `p`, `B` and `g` are refused.
 */
export type JavaFormatter = {
  readonly format: (epochMs: Long, zone: string) => string
  readonly formatDate: (days: number) => string
  readonly formatTime: (msOfDay: number) => string
  /** Missing fields are those of 1970-01-01T00:00; `zone` holds where the text names none. */
  readonly parse: (text: string, zone: string) => number
  /** Epoch days; missing month and day are 1, a year must be there. A time is left aside. */
  readonly parseDay: (text: string) => number
  /** Epoch days, as Java's SimpleDateFormat reads: see `ParseStyle`. Refuses a time other than midnight. */
  readonly parseDate: (text: string) => number
  /** Ms of the day. Refuses a date. */
  readonly parseTime: (text: string) => number
}

/** Throws EvaluationError for a pattern that is not valid. The last 500 are remembered. */
export const formatter: (pattern: string) => JavaFormatter = memoize(pattern => {
  const tokens = parsePattern(pattern)
  const readFast = fixedLayout(tokens)
  const read = (text: string, style: ParseStyle) => readText(tokens, text, pattern, style)
  return {
    format: (epochMs, zone) => printMoment(tokens, momentOf(Number(epochMs), zoneOf(zone))),
    formatDate: days => printMoment(tokens, {days}),
    formatTime: msOfDay => printMoment(tokens, {msOfDay}),
    parse: (text, zone) => {
      const localMs = readFast?.(text)
      if (localMs !== undefined) return toInstant(localMs, zoneOf(zone))
      const {fields, resolved} = read(text, 'strict')
      return toInstant((resolved.days ?? 0) * DAY_MS + (resolved.msOfDay ?? 0), fields.zone ?? zoneOf(zone))
    },
    parseDay: text => {
      const {resolved} = read(text, 'strict')
      if (resolved.days === undefined || !resolved.hasYear) throw new EvaluationError(`'${text}' as '${pattern}' has no year`)
      return resolved.days
    },
    parseDate: text => {
      const {fields, resolved} = read(text, 'lenient')
      const offset = fields.zone === undefined ? 0 : fields.zone.offsetMs(0)
      const ms = (resolved.days ?? 0) * DAY_MS + (resolved.msOfDay ?? 0) - offset
      if (ms % DAY_MS !== 0) throw new EvaluationError(`'${text}' as '${pattern}' has a time of day: expected a date alone`)
      return ms / DAY_MS
    },
    parseTime: text => {
      const {resolved} = read(text, 'strict')
      if (resolved.days !== undefined) throw new EvaluationError(`'${text}' as '${pattern}' has a date: expected a time alone`)
      if (resolved.msOfDay === undefined || !resolved.hasHour)
        throw new EvaluationError(`'${text}' as '${pattern}' has no hour of the day`)
      return resolved.msOfDay
    },
  }
})

const DAY_MS = 86_400_000

/** Ms since the epoch of a text by a pattern, as `TIMESTAMP_FORMAT` and PARSE_TIMESTAMP read it. Throws EvaluationError. */
export const parseTimestamp = (text: string, pattern: string, zone = 'UTC'): number => formatter(pattern).parse(text, zone)

function readText(
  tokens: readonly PatternToken[],
  text: string,
  pattern: string,
  style: ParseStyle,
): {readonly fields: ParsedFields; readonly resolved: Resolved} {
  const fields = parseFields(tokens, text, style)
  if ('expected' in fields)
    throw new EvaluationError(
      `'${text}' could not be read as '${pattern}' at character ${fields.at + 1}: expected ${fields.expected}`,
    )
  return {fields, resolved: resolveFields(fields, style)}
}

/** The zone of the machine, which the old text functions use where none is named. */
export const systemZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone
