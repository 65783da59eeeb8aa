import {BIGINT, DATE, INT, TIME, TIMESTAMP, VARCHAR} from '../../schema/sql-type.ts'
import {EvaluationError} from '../evaluation-error.ts'
import {addLong, divideLong, longToInt, multiplyLong, remainderLong} from '../long.ts'
import type {Long} from '../long.ts'
import {formatter, systemZone} from '../time/java-format.ts'
import {zoneOf} from '../time/zone.ts'
import type {FunctionDefinition} from './definition.ts'
import {bound, intervalUnit, overload, p, scalar} from './define.ts'

const DAY_MS = 86_400_000
const UNIT_MS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: DAY_MS,
}

/** An interval in ms; the unit may stand in the singular or the plural. Throws EvaluationError. */
function intervalMs(unit: string, count: number): Long {
  const ms = UNIT_MS[unit.replace(/S$/, '')]
  if (ms === undefined) throw new EvaluationError(`Unknown interval unit ${unit}: expected ${Object.keys(UNIT_MS).join('S, ')}S`)
  return multiplyLong(count, ms)
}

const shiftTimestamp = (unit: string, count: number, timestamp: Long) => addLong(timestamp, intervalMs(unit, count))

const shiftDate = (unit: string, count: number, date: number) =>
  longToInt(divideLong(addLong(multiplyLong(date, DAY_MS), intervalMs(unit, count)), DAY_MS))

function shiftTime(unit: string, count: number, time: number): number {
  const ms = Number(remainderLong(addLong(time, intervalMs(unit, count)), DAY_MS))
  return ms < 0 ? ms + DAY_MS : ms
}

function convertZone(timestamp: Long, from: string, to: string): Long {
  const at = Number(timestamp)
  return addLong(timestamp, zoneOf(to).offsetMs(at) - zoneOf(from).offsetMs(at))
}

const text = (name: string) => p(name, VARCHAR)
const pattern = text('formatPattern')
const zone = text('timeZone')
const interval = [p('unit', intervalUnit), p('interval', INT)]
const UNITS = 'MILLISECONDS, SECONDS, MINUTES, HOURS or DAYS'

const dateTime = (name: string, description: string, overloads: FunctionDefinition['overloads'], isDeterministic = true) =>
  scalar(name, 'date-time', description, overloads, isDeterministic ? {} : {isDeterministic})

export const dateTimeFunctions = [
  dateTime(
    'CONVERT_TZ',
    'The timestamp whose UTC reading is what the wall clock of the second zone shows when the first one’s shows this.',
    [overload([p('timestamp', TIMESTAMP), text('fromTimeZone'), text('toTimeZone')], TIMESTAMP, convertZone)],
  ),
  dateTime('DATEADD', `A date some ${UNITS} later; parts of a day are cut off.`, [
    overload([...interval, p('date', DATE)], DATE, shiftDate),
  ]),
  dateTime('DATESUB', `A date some ${UNITS} earlier; parts of a day are cut off.`, [
    overload([...interval, p('date', DATE)], DATE, (unit: string, count: number, date: number) => shiftDate(unit, -count, date)),
  ]),
  dateTime('DATETOSTRING', 'Deprecated, use FORMAT_DATE: days since 1970-01-01 as text by a Java date pattern.', [
    overload([p('epochDays', INT), pattern], VARCHAR, (days: number, format: string) => formatter(format).formatDate(days)),
  ]),
  dateTime('FORMAT_DATE', 'A date as text by a Java date pattern, such as dd/MM/yyyy.', [
    overload([p('date', DATE), pattern], VARCHAR, (days: number, format: string) => formatter(format).formatDate(days)),
  ]),
  dateTime('FORMAT_TIME', 'A time as text by a Java time pattern, such as HH:mm.', [
    overload([p('time', TIME), pattern], VARCHAR, (time: number, format: string) => formatter(format).formatTime(time)),
  ]),
  dateTime(
    'FORMAT_TIMESTAMP',
    'A timestamp as text by a Java pattern, such as yyyy-MM-dd HH:mm:ss.SSS, in a time zone (UTC unless given).',
    [
      overload([p('timestamp', TIMESTAMP), pattern], VARCHAR, (at: Long, format: string) => formatter(format).format(at, 'UTC')),
      overload([p('timestamp', TIMESTAMP), pattern, zone], VARCHAR, (at: Long, format: string, id: string) =>
        formatter(format).format(at, id),
      ),
    ],
  ),
  dateTime('FROM_DAYS', 'The date of a number of days since 1970-01-01.', [
    overload([p('days', INT)], DATE, (days: number) => days),
  ]),
  dateTime('FROM_UNIXTIME', 'The timestamp of a number of milliseconds since 1970-01-01T00:00 UTC.', [
    overload([p('epochMilli', BIGINT)], TIMESTAMP, (ms: Long) => ms),
  ]),
  dateTime('PARSE_DATE', 'The date that a text stands for by a Java date pattern; missing fields are those of 1970-01-01.', [
    overload([text('formattedDate'), pattern], DATE, (date: string, format: string) => formatter(format).parseDate(date)),
  ]),
  dateTime('PARSE_TIME', 'The time that a text stands for by a Java time pattern; a date in the pattern is an error.', [
    overload([text('formattedTime'), pattern], TIME, (time: string, format: string) => formatter(format).parseTime(time)),
  ]),
  dateTime(
    'PARSE_TIMESTAMP',
    'The timestamp that a text stands for by a Java pattern, in a time zone (UTC unless given or in the text); missing fields are those of 1970-01-01T00:00.',
    [
      overload([text('formattedTimestamp'), pattern], TIMESTAMP, (at: string, format: string) =>
        formatter(format).parse(at, 'UTC'),
      ),
      overload([text('formattedTimestamp'), pattern, zone], TIMESTAMP, (at: string, format: string, id: string) =>
        formatter(format).parse(at, id),
      ),
    ],
  ),
  dateTime('STRINGTODATE', 'Deprecated, use PARSE_DATE: the days since 1970-01-01 of a date as text by a Java date pattern.', [
    overload([text('formattedDate'), pattern], INT, (date: string, format: string) => formatter(format).parseDay(date)),
  ]),
  dateTime(
    'STRINGTOTIMESTAMP',
    'Deprecated, use PARSE_TIMESTAMP: milliseconds since 1970-01-01 of a text by a Java pattern, in a time zone (the server’s unless given).',
    [
      overload([text('formattedTimestamp'), pattern], BIGINT, (at: string, format: string) =>
        formatter(format).parse(at, systemZone()),
      ),
      overload([text('formattedTimestamp'), pattern, zone], BIGINT, (at: string, format: string, id: string) =>
        formatter(format).parse(at, id),
      ),
    ],
  ),
  dateTime('TIMEADD', `A time some ${UNITS} later, past midnight if need be.`, [
    overload([...interval, p('time', TIME)], TIME, shiftTime),
  ]),
  dateTime('TIMESTAMPADD', `A timestamp some ${UNITS} later.`, [
    overload([...interval, p('timestamp', TIMESTAMP)], TIMESTAMP, shiftTimestamp),
  ]),
  dateTime('TIMESTAMPSUB', `A timestamp some ${UNITS} earlier.`, [
    overload([...interval, p('timestamp', TIMESTAMP)], TIMESTAMP, (unit: string, count: number, at: Long) =>
      shiftTimestamp(unit, -count, at),
    ),
  ]),
  dateTime(
    'TIMESTAMPTOSTRING',
    'Deprecated, use FORMAT_TIMESTAMP: milliseconds since 1970-01-01 as text by a Java pattern, in a time zone (the server’s unless given).',
    [
      overload([p('epochMilli', BIGINT), pattern], VARCHAR, (at: Long, format: string) =>
        formatter(format).format(at, systemZone()),
      ),
      overload([p('epochMilli', BIGINT), pattern, zone], VARCHAR, (at: Long, format: string, id: string) =>
        formatter(format).format(at, id),
      ),
    ],
  ),
  dateTime('TIMESUB', `A time some ${UNITS} earlier, past midnight if need be.`, [
    overload([...interval, p('time', TIME)], TIME, (unit: string, count: number, time: number) => shiftTime(unit, -count, time)),
  ]),
  dateTime(
    'UNIX_DATE',
    'The days since 1970-01-01 of a date, or of today in UTC.',
    [
      bound(
        [],
        INT,
        ({settings}) =>
          () =>
            Math.floor(settings.nowMs() / DAY_MS),
      ),
      overload([p('date', DATE)], INT, (days: number) => days),
    ],
    false,
  ),
  dateTime(
    'UNIX_TIMESTAMP',
    'The milliseconds since 1970-01-01T00:00 UTC of a timestamp, or of now.',
    [
      bound(
        [],
        BIGINT,
        ({settings}) =>
          () =>
            settings.nowMs(),
      ),
      overload([p('timestamp', TIMESTAMP)], BIGINT, (ms: Long) => ms),
    ],
    false,
  ),
]
