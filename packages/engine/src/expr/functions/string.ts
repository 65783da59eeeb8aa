import {createHash, randomUUID} from 'node:crypto'
import {BYTES, INT, VARCHAR, array, map} from '../../schema/sql-type.ts'
import {EvaluationError} from '../evaluation-error.ts'
import type {BoundTypes, ScalarImplementation} from './definition.ts'
import {checkPaddedLength, concatBytes, padBytes, splitBytes} from './byte-string.ts'
import {NULL_SAFE, VARIADIC, bound, overload, p, scalar} from './define.ts'
import {encodingOf} from './text-encoding.ts'

const present = <T>(values: readonly (T | null)[]): T[] => values.filter(value => value !== null)

/** The first letter of each word upper, the rest lower; words are what stands between white space. */
const initCap = (text: string) =>
  text.toLowerCase().replace(/(^|\s)(\S)/gu, (_, before: string, first: string) => before + first.toUpperCase())

/** 1-based place of the `occurrence`th find (finds may overlap), 0 for none; a negative position searches to the left. */
function inString(text: string | null, part: string | null, position: number | null = 1, occurrence: number | null = 1): number {
  if (text === null || part === null || position === null || occurrence === null) return 0
  if (position === 0 || Math.abs(position) > text.length || occurrence < 1) return 0
  let at = position > 0 ? position - 2 : text.length + position + 2 - part.length
  for (let found = 0; found < occurrence; found++) {
    at = position > 0 ? text.indexOf(part, at + 1) : at <= 0 ? -1 : text.lastIndexOf(part, at - 1)
    if (at < 0) return 0
  }
  return at + 1
}

function pad(target: number, input: string, padding: string): string | null {
  if (padding.length === 0 || target < 0) return null
  checkPaddedLength(target)
  return padding
    .repeat(Math.ceil(Math.max(0, target - input.length) / padding.length))
    .slice(0, Math.max(0, target - input.length))
}

/** Where SUBSTRING starts and ends, 0-based; `position` is 1-based, 0 counts as 1, a negative one counts from the end. */
function slice(length: number, position: number, count: number): [number, number] {
  const start = position < 0 ? Math.max(length + position, 0) : Math.max(Math.min(position - 1, length), 0)
  return [start, Math.max(Math.min(start + count, length), start)]
}

/** Before positions were 1-based: start and end, 0-based, out of range is an error. */
function legacySlice(length: number, start: number, end: number): [number, number] {
  if (start < 0 || start > end || end > length)
    throw new EvaluationError(`substring ${start} to ${end} is out of range for length ${length}`)
  return [start, end]
}

type Sliceable<T> = {readonly length: number; slice(start: number, end: number): T}

function bindSubstring({settings}: BoundTypes): ScalarImplementation {
  const isLegacy = settings.get('ksql.functions.substring.legacy.args') === 'true'
  const range = isLegacy ? legacySlice : slice
  return <T>(input: Sliceable<T>, position: number, count: number = input.length) =>
    input.slice(...range(input.length, position, count))
}

function splitToMap(text: string, entryDelimiter: string, keyDelimiter: string): Map<string, string> | null {
  if (entryDelimiter === '' || keyDelimiter === '' || entryDelimiter === keyDelimiter) return null
  const result = new Map<string, string>()
  for (const entry of text.split(entryDelimiter)) {
    const [key = '', value] = entry.split(keyDelimiter)
    if (value !== undefined) result.set(key, value)
  }
  return result
}

function withSeparator(parts: readonly (string | null)[]): string | null {
  const [separator, ...rest] = parts
  if (separator === null || separator === undefined) return null
  return present(rest).join(separator)
}

function bytesWithSeparator(parts: readonly (Uint8Array | null)[]): Uint8Array | null {
  const [separator, ...rest] = parts
  if (separator === null || separator === undefined) return null
  return concatBytes(present(rest).flatMap((part, i) => (i === 0 ? [part] : [separator, part])))
}

const simpleEscapes: Readonly<Record<string, string>> = {b: '\b', f: '\f', n: '\n', r: '\r', t: '\t'}

/** Java's escapes: `\u004b`, `\n`, `\\`, … */
function unescape(text: string): string | null {
  if (text.length < 6 || !text.startsWith('\\u')) return null
  return text.replace(/\\(?:u+([0-9a-fA-F]{4})|(u)|(.))/gs, (_, code?: string, broken?: string, other = '') => {
    if (broken !== undefined) throw new EvaluationError(`'${text}' is no UTF-16 code: expected four hexadecimal digits after \\u`)
    return code === undefined ? (simpleEscapes[other] ?? other) : String.fromCharCode(Number.parseInt(code, 16))
  })
}

function encode(text: string, from: string, to: string): string {
  const decoded = encodingOf(from)
  const encoded = encodingOf(to)
  if (decoded === encoded) throw new EvaluationError(`ENCODE needs two different encodings, not '${from}' twice`)
  return encoded.encode(decoded.decode(text))
}

function uuidOf(bytes: Uint8Array): string | null {
  if (bytes.length !== 16) return null
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const text = (name: string) => p(name, VARCHAR)
const bytes = (name: string) => p(name, BYTES)
const int = (name: string) => p(name, INT)

export const stringFunctions = [
  scalar('CHR', 'string', 'The character of a code point, or of a code as text such as \\u004b; NULL for no valid code.', [
    overload([int('decimalCode')], VARCHAR, (code: number) => (code < 0 || code > 0x10ffff ? null : String.fromCodePoint(code))),
    overload([text('utf16Code')], VARCHAR, unescape),
  ]),
  scalar('CONCAT', 'string', 'The arguments one after another; NULL arguments are left out.', [
    overload([text('inputs')], VARCHAR, (...inputs: (string | null)[]) => present(inputs).join(''), {...VARIADIC, ...NULL_SAFE}),
    overload([bytes('inputs')], BYTES, (...inputs: (Uint8Array | null)[]) => concatBytes(present(inputs)), {
      ...VARIADIC,
      ...NULL_SAFE,
    }),
  ]),
  scalar(
    'CONCAT_WS',
    'string',
    'The later arguments with the first one between them; NULLs among them are left out, a NULL separator gives NULL.',
    [
      overload([text('inputs')], VARCHAR, (...inputs: (string | null)[]) => withSeparator(inputs), {...VARIADIC, ...NULL_SAFE}),
      overload([bytes('inputs')], BYTES, (...inputs: (Uint8Array | null)[]) => bytesWithSeparator(inputs), {
        ...VARIADIC,
        ...NULL_SAFE,
      }),
    ],
  ),
  scalar('ELT', 'string', 'The nth of the further arguments, from 1; NULL where there is none.', [
    overload(
      [int('n'), text('args')],
      VARCHAR,
      (n: number | null, ...args: (string | null)[]) => (n === null ? null : (args[n - 1] ?? null)),
      {...VARIADIC, ...NULL_SAFE},
    ),
  ]),
  scalar('ENCODE', 'string', 'Text of one encoding in another: hex, utf8, ascii or base64.', [
    overload([text('str'), text('inputEncoding'), text('outputEncoding')], VARCHAR, encode),
  ]),
  scalar('FIELD', 'string', 'The place, from 1, of the text among the further arguments; 0 if it is not there or NULL.', [
    overload(
      [text('str'), text('args')],
      INT,
      (str: string | null, ...args: (string | null)[]) => (str === null ? 0 : args.indexOf(str) + 1),
      {...VARIADIC, ...NULL_SAFE},
    ),
  ]),
  scalar('INITCAP', 'string', 'The first letter of each word in upper case, the others in lower case.', [
    overload([text('str')], VARCHAR, initCap),
  ]),
  scalar(
    'INSTR',
    'string',
    'The place, from 1, of the nth occurrence of a text from a position on (negative: from the end to the left); 0 for none.',
    [
      overload([text('str'), text('substring')], INT, inString, NULL_SAFE),
      overload([text('str'), text('substring'), int('position')], INT, inString, NULL_SAFE),
      overload([text('str'), text('substring'), int('position'), int('occurrence')], INT, inString, NULL_SAFE),
    ],
  ),
  scalar('LCASE', 'string', 'The text in lower case.', [
    overload([text('input')], VARCHAR, (input: string) => input.toLowerCase()),
  ]),
  scalar('LEN', 'string', 'The number of UTF-16 units of a text, or of bytes.', [
    overload([text('input')], INT, (input: string) => input.length),
    overload([bytes('input')], INT, (input: Uint8Array) => input.length),
  ]),
  scalar(
    'LPAD',
    'string',
    'The input filled up on the left, or cut off, to the given length; NULL for an empty padding or a negative length.',
    [
      overload([text('input'), int('targetLen'), text('padding')], VARCHAR, (input: string, target: number, padding: string) => {
        const fill = pad(target, input, padding)
        return fill === null ? null : fill + input.slice(0, target)
      }),
      overload(
        [bytes('input'), int('targetLen'), bytes('padding')],
        BYTES,
        (input: Uint8Array, target: number, padding: Uint8Array) => padBytes(input, target, padding, 'left'),
      ),
    ],
  ),
  scalar('MD5', 'string', 'The MD5 hash of the text’s UTF-8 bytes, as lower-case hexadecimal text.', [
    overload([text('s')], VARCHAR, (s: string) => createHash('md5').update(s, 'utf8').digest('hex')),
  ]),
  scalar('REPLACE', 'string', 'The text with every occurrence of one text replaced by another.', [
    overload([text('str'), text('oldStr'), text('newStr')], VARCHAR, (str: string, from: string, to: string) =>
      str.replaceAll(from, () => to),
    ),
  ]),
  scalar(
    'RPAD',
    'string',
    'The input filled up on the right, or cut off, to the given length; NULL for an empty padding or a negative length.',
    [
      overload([text('input'), int('targetLen'), text('padding')], VARCHAR, (input: string, target: number, padding: string) => {
        const fill = pad(target, input, padding)
        return fill === null ? null : input.slice(0, target) + fill
      }),
      overload(
        [bytes('input'), int('targetLen'), bytes('padding')],
        BYTES,
        (input: Uint8Array, target: number, padding: Uint8Array) => padBytes(input, target, padding, 'right'),
      ),
    ],
  ),
  scalar(
    'SPLIT',
    'string',
    'The parts between the delimiters, empty ones too; an empty delimiter splits between all characters.',
    [
      overload([text('string'), text('delimiter')], array(VARCHAR), (input: string, delimiter: string) =>
        input === '' ? [''] : input.split(delimiter),
      ),
      overload([bytes('bytes'), bytes('delimiter')], array(BYTES), splitBytes),
    ],
  ),
  scalar(
    'SPLIT_TO_MAP',
    'string',
    'Key and value pairs from a text, such as a=1&b=2; entries without the second delimiter are left out, a later entry wins.',
    [overload([text('input'), text('entryDelimiter'), text('kvDelimiter')], map(VARCHAR, VARCHAR), splitToMap)],
  ),
  scalar(
    'SUBSTRING',
    'string',
    'The part from a position on, counted from 1 (negative: from the end), at most the given length.',
    [
      bound([text('str'), int('pos')], VARCHAR, bindSubstring),
      bound([text('str'), int('pos'), int('length')], VARCHAR, bindSubstring),
      bound([bytes('bytes'), int('pos')], BYTES, bindSubstring),
      bound([bytes('bytes'), int('pos'), int('length')], BYTES, bindSubstring),
    ],
  ),
  scalar('TRIM', 'string', 'The text without spaces and control characters at both ends.', [
    overload([text('input')], VARCHAR, (input: string) => input.replace(/^[\0- ]+|[\0- ]+$/g, '')),
  ]),
  scalar('UCASE', 'string', 'The text in upper case.', [
    overload([text('input')], VARCHAR, (input: string) => input.toUpperCase()),
  ]),
  scalar(
    'UUID',
    'string',
    'A new random UUID, or the UUID of 16 bytes (NULL for another length).',
    [overload([], VARCHAR, () => randomUUID()), overload([bytes('bytes')], VARCHAR, uuidOf)],
    {isDeterministic: false},
  ),
]
