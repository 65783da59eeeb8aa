import {EngineError} from '../base/errors.ts'
import {formatter, type JavaFormatter} from '../expr/time/java-format.ts'

/** A text to ms since the epoch. Throws EngineError `RECORD_INVALID` for what the pattern does not fit. */
export type TimestampParser = (text: string) => number

/**
 * A parser for a pattern of Java's DateTimeFormatter. Fields that it lacks are those of 1970-01-01T00:00, the zone is UTC.
 * Throws EngineError `INVALID_CONFIG` for a text that is no pattern.
 */
export function timestampParser(pattern: string): TimestampParser {
  const {parse} = knownFormatter(pattern)
  return text => {
    try {
      return parse(text, 'UTC')
    } catch (cause) {
      throw new EngineError('RECORD_INVALID', `found '${text}', expected a time like ${pattern}`, {text, pattern}, cause)
    }
  }
}

function knownFormatter(pattern: string): JavaFormatter {
  try {
    return formatter(pattern)
  } catch (cause) {
    throw new EngineError('INVALID_CONFIG', `'${pattern}' is no timestamp format`, {pattern}, cause)
  }
}
