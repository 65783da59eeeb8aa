import {DateTimeFormatter, Instant, ZoneId, ZoneOffset, ZonedDateTime} from '@js-joda/core'
import '@js-joda/timezone'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {formatter, parseTimestamp} from './java-format.ts'

const AT = Date.UTC(2024, 1, 9, 15, 4, 5, 678)
const format = (pattern: string, zone = 'UTC', at = AT) => formatter(pattern).format(at, zone)

test('every letter prints as Java prints it in English', () => {
  const printed = {
    "yyyy-MM-dd'T'HH:mm:ss.SSS": '2024-02-09T15:04:05.678',
    'yy y uuuu G GGGG': '24 2024 2024 AD Anno Domini',
    'M MM MMM MMMM MMMMM L': '2 02 Feb February F 2',
    'D DDD d': '40 040 9',
    'E EEEE EEEEE e c': 'Fri Friday F 6 6',
    'Q QQ QQQ QQQQ': '1 01 Q1 1st quarter',
    'h hh K k a': '3 03 3 15 PM',
    'S SSSSSS n A N': '6 678000 678000000 54245678 54245678000000',
    'YYYY-w-W-F': '2024-6-2-2',
  } // prettier-ignore
  for (const [pattern, text] of Object.entries(printed)) expect(format(pattern), pattern).toBe(text)
  expect(format("HH 'o''clock' ''")).toBe("15 o'clock '")
})

test('zones print as names, ids and offsets, with their summer time', () => {
  expect(format('z zzzz VV', 'America/Los_Angeles')).toBe('PST Pacific Standard Time America/Los_Angeles')
  expect(format('z', 'Europe/Berlin', Date.UTC(2024, 6, 1))).toBe('CEST')
  expect(format('z', 'Europe/London', Date.UTC(2024, 6, 1))).toBe('BST')
  expect(format('z zzzz')).toBe('UTC Coordinated Universal Time')
  expect(format('X XX XXX x xxx Z ZZZZ ZZZZZ O OOOO')).toBe('Z Z Z +00 +00:00 +0000 GMT Z GMT GMT')
  expect(format('X XX XXX x Z ZZZZ ZZZZZ O', 'Asia/Kolkata')).toBe('+0530 +0530 +05:30 +0530 +0530 GMT+05:30 +05:30 GMT+5:30')
  expect(format('HH:mm XXX', '-03:30')).toBe('11:34 -03:30')
})

test('missing fields are those of 1970-01-01T00:00, and case does not matter', () => {
  expect(parseTimestamp('12:30', 'HH:mm')).toBe(45_000_000)
  expect(parseTimestamp('2024', 'yyyy')).toBe(Date.UTC(2024, 0, 1))
  expect(parseTimestamp('09-FEB-2024', 'dd-MMM-yyyy')).toBe(Date.UTC(2024, 1, 9))
  expect(parseTimestamp('3 pm', 'h a')).toBe(54_000_000)
  expect(parseTimestamp('12 am', 'h a')).toBe(0)
  expect(parseTimestamp('366 2024', 'D yyyy')).toBe(Date.UTC(2024, 11, 31))
  expect(() => parseTimestamp('366', 'D')).toThrow(/365/)
})

test('fractions of a second are cut off at milliseconds, whatever their number of digits', () => {
  for (const [text, ms] of [
    ['1', 100],
    ['12', 120],
    ['678', 678],
    ['678999', 678],
    ['678000000', 678],
  ] as const)
    // prettier-ignore
    expect(parseTimestamp(`00:00:00.${text}`, `HH:mm:ss.${'S'.repeat(text.length)}`)).toBe(ms)
  expect(parseTimestamp('😀 2024', "'😀' yyyy")).toBe(Date.UTC(2024, 0, 1))
})

test('numbers without a gap are told apart by their widths', () => {
  expect(parseTimestamp('20240209150405678', 'yyyyMMddHHmmssSSS')).toBe(AT)
  expect(parseTimestamp('240209', 'yyMMdd')).toBe(Date.UTC(2024, 1, 9))
  expect(() => parseTimestamp('12024-01-01', 'yyyy-MM-dd')).toThrow(/could not be read/)
  expect(parseTimestamp('+12024-01-01', 'yyyy-MM-dd')).toBe(Date.UTC(12024, 0, 1))
})

test('a zone in the text wins over the one given', () => {
  expect(parseTimestamp('2024-02-09 07:04:05 PST', 'yyyy-MM-dd HH:mm:ss zzz')).toBe(AT - 678)
  expect(parseTimestamp('2024-07-09 07:00 America/Los_Angeles', 'yyyy-MM-dd HH:mm VV')).toBe(Date.UTC(2024, 6, 9, 14))
  expect(parseTimestamp('2024-02-09T15:04:05+01:00', "yyyy-MM-dd'T'HH:mm:ssXXX")).toBe(AT - 678 - 3_600_000)
  expect(parseTimestamp('2024-02-09T15:04:05Z', "yyyy-MM-dd'T'HH:mm:ssX", 'Asia/Tokyo')).toBe(AT - 678)
  expect(parseTimestamp('2024-02-09 10:00', 'yyyy-MM-dd HH:mm', 'Europe/Berlin')).toBe(Date.UTC(2024, 1, 9, 9))
})

test('a skipped hour moves on, of a repeated one the first is meant', () => {
  expect(parseTimestamp('2024-03-31 02:30', 'yyyy-MM-dd HH:mm', 'Europe/Berlin')).toBe(Date.UTC(2024, 2, 31, 1, 30))
  expect(parseTimestamp('2024-10-27 02:30', 'yyyy-MM-dd HH:mm', 'Europe/Berlin')).toBe(Date.UTC(2024, 9, 27, 0, 30))
})

test('optional sections may be missing', () => {
  const pattern = 'yyyy-MM-dd[ HH:mm[:ss]]'
  expect(parseTimestamp('2024-02-09', pattern)).toBe(Date.UTC(2024, 1, 9))
  expect(parseTimestamp('2024-02-09 15:04', pattern)).toBe(Date.UTC(2024, 1, 9, 15, 4))
  expect(formatter('[yyyy-MM-dd ]HH:mm').formatTime(3_600_000)).toBe('01:00')
})

test('values out of range, trailing text and weekdays that do not fit are refused; 31 April is 30 April', () => {
  for (const [text, pattern] of [
    ['2024-13-01', 'yyyy-MM-dd'],
    ['2024-02-09 25', 'yyyy-MM-dd HH'],
    ['2024-02-09x', 'yyyy-MM-dd'],
    ['Mon 2024-02-09', 'EEE yyyy-MM-dd'],
  ] as const)
    // prettier-ignore
    expect(() => parseTimestamp(text, pattern), text).toThrow()
  expect(parseTimestamp('2024-04-31', 'yyyy-MM-dd')).toBe(Date.UTC(2024, 3, 30))
  expect(parseTimestamp('2024-02-09 24:00', 'yyyy-MM-dd HH:mm')).toBe(Date.UTC(2024, 1, 10))
})

test('dates refuse times and times refuse dates', () => {
  expect(formatter('dd/MM/yyyy').parseDate('9/2/2024')).toBe(19762)
  expect(formatter('dd/MM/yyyy').parseDate('31/2/2024')).toBe(19784)
  expect(formatter('MMM-yyyy').parseDate('FEB-2024')).toBe(19754)
  expect(() => formatter('yyyy-MM-dd HH').parseDate('2024-02-09 01')).toThrow(/time of day/)
  expect(formatter('HH:mm').parseTime('01:30')).toBe(5_400_000)
  expect(() => formatter('yyyy HH').parseTime('2024 01')).toThrow(/date/)
  expect(() => formatter('mm').parseTime('01')).toThrow(/hour/)
  expect(() => formatter('HH').formatDate(1)).toThrow(/needs a time/)
  expect(() => formatter('yyyy').formatTime(1)).toThrow(/needs a date/)
})

test('patterns that are not valid are refused with what was found', () => {
  for (const pattern of ['bbb', 'ddd', "'open", 'yyyy]', '{', 'V', 'MMMMMM'])
    expect(() => formatter(pattern), pattern).toThrow(/pattern/)
})

const instants = fc.integer({min: Date.UTC(1905, 0, 1), max: Date.UTC(2090, 0, 1)})
const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Europe/Berlin', '+05:45')
const patterns = fc.constantFrom(
  "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  'yyyyMMddHHmmssSSSZ',
  'uu-D k:m:s n XXXXX',
  'D/yyyy h:mm:ss.SSS xxx',
  'd.M.yyyy H:mm Q xx',
)

test('formats as an independent implementation of DateTimeFormatter does', () => {
  fc.assert(
    fc.property(instants, zones, patterns, (at, zone, pattern) => {
      const expected = ZonedDateTime.ofInstant(Instant.ofEpochMilli(at), ZoneId.of(zone)).format(
        DateTimeFormatter.ofPattern(pattern),
      )
      expect(format(pattern, zone, at)).toBe(expected)
    }),
  )
})

test('the fast reader of fixed layouts agrees with the careful one', () => {
  const digits = fc.string({unit: fc.constantFrom(...'0123456789'), minLength: 17, maxLength: 17})
  fc.assert(
    fc.property(
      fc.oneof(
        digits,
        instants.map(at => format('yyyyMMddHHmmssSSS', 'UTC', at)),
      ),
      text => {
        const read = (pattern: string) => {
          try {
            return parseTimestamp(text, pattern)
          } catch {
            return 'refused'
          }
        }
        expect(read('yyyyMMddHHmmssSSS')).toBe(read('yyyyMMddHHmmssSSS[]'))
      },
    ),
  )
})

test('reads back what it printed', () => {
  fc.assert(
    fc.property(
      instants,
      zones,
      fc.constantFrom("yyyy-MM-dd'T'HH:mm:ss.SSSXXXXX", 'EEEE, d MMMM yyyy hh:mm:ss a SSS XXXX', 'yyyyMMddHHmmssSSSXXXX'),
      (at, zone, pattern) => {
        expect(parseTimestamp(format(pattern, zone, at), pattern, zone)).toBe(at)
      },
    ),
  )
})

test('an offset of a region agrees with the time-zone database of an independent implementation', () => {
  fc.assert(
    fc.property(instants, zones, (at, zone) => {
      const offset = ZoneId.of(zone).rules().offset(Instant.ofEpochMilli(at))
      expect(format('xxxxx', zone, at)).toBe(
        DateTimeFormatter.ofPattern('xxxxx').format(Instant.ofEpochMilli(at).atOffset(offset ?? ZoneOffset.UTC)),
      )
    }),
  )
})
