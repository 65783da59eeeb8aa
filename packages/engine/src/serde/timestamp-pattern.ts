import {createRequire} from 'node:module'
import {EngineError} from '../base/errors.ts'

/** A text to ms since the epoch. Throws EngineError `RECORD_INVALID` for what the pattern does not fit. */
export type TimestampParser = (text: string) => number

/**
 * A parser for a pattern of Java's DateTimeFormatter. Fields that it lacks are those of 1970-01-01T00:00, the zone is UTC.
 * Throws EngineError `INVALID_CONFIG` for a text that is no pattern.
 */
export function timestampParser(pattern: string): TimestampParser {
  const joda = loadJoda()
  const {DateTimeFormatter, LocalDate, LocalTime, Locale, TemporalQueries, ChronoField, ZoneOffset} = joda
  let formatter: ReturnType<typeof DateTimeFormatter.ofPattern>
  try {
    formatter = DateTimeFormatter.ofPattern(pattern).withLocale(Locale.US)
  } catch (cause) {
    throw new EngineError('INVALID_CONFIG', `'${pattern}' is no timestamp format`, {pattern}, cause)
  }
  return text => {
    try {
      const parsed = formatter.parse(text)
      const field = (name: 'YEAR' | 'MONTH_OF_YEAR' | 'DAY_OF_MONTH', missing: number) =>
        parsed.isSupported(ChronoField[name]) ? parsed.get(ChronoField[name]) : missing
      const date =
        parsed.query(TemporalQueries.localDate()) ??
        LocalDate.of(field('YEAR', 1970), field('MONTH_OF_YEAR', 1), field('DAY_OF_MONTH', 1))
      const time = parsed.query(TemporalQueries.localTime()) ?? LocalTime.MIDNIGHT
      const zone = parsed.query(TemporalQueries.zone()) ?? ZoneOffset.UTC
      return date.atTime(time).atZone(zone).toInstant().toEpochMilli()
    } catch (cause) {
      throw new EngineError('RECORD_INVALID', `found '${text}', expected a time like ${pattern}`, {text, pattern}, cause)
    }
  }
}

type Joda = typeof import('@js-joda/core') & Pick<typeof import('@js-joda/locale_en'), 'Locale'>

// Loading takes most of a second, and only topics with a TIMESTAMP_FORMAT need it.
function loadJoda(): Joda {
  const require = createRequire(import.meta.url)
  const core = require('@js-joda/core') as typeof import('@js-joda/core')
  require('@js-joda/timezone')
  const {Locale} = require('@js-joda/locale_en') as typeof import('@js-joda/locale_en')
  return {...core, Locale}
}
