import {EvaluationError} from '../evaluation-error.ts'

/** Between text and bytes, by encoding name: hex, utf8, ascii, base64 (any case). */
type Encoding = {readonly encode: (bytes: Uint8Array) => string; readonly decode: (text: string) => Uint8Array}

const encodings: Readonly<Record<string, Encoding>> = {
  hex: {encode: bytes => Buffer.from(bytes).toString('hex'), decode: decodeHex},
  utf8: {encode: bytes => Buffer.from(bytes).toString('utf8'), decode: text => Buffer.from(text, 'utf8')},
  ascii: {encode: asciiText, decode: asciiBytes},
  base64: {encode: bytes => Buffer.from(bytes).toString('base64'), decode: text => Buffer.from(text, 'base64')},
}

/** Throws EvaluationError for an unknown name. */
export function encodingOf(name: string): Encoding {
  const key = name.toLowerCase()
  const encoding = Object.hasOwn(encodings, key) ? encodings[key] : undefined
  if (encoding === undefined)
    throw new EvaluationError(`Unknown encoding type '${name}': supported are 'hex', 'utf8', 'ascii' and 'base64'`)
  return encoding
}

/** What is not ASCII reads as U+FFFD, a byte each, and is written as `?`, a UTF-16 pair once. */
function asciiText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\u0080-\u00ff]/g, '\ufffd')
}

function asciiBytes(text: string): Uint8Array {
  // oxlint-disable-next-line no-control-regex -- they belong to ASCII, too
  return Buffer.from(text.replace(/[^\u0000-\u007f]/gu, '?'), 'latin1')
}

/** `AB79`, `0xAB79` (an odd number of digits gets a leading 0) or `X'AB79'`. */
function decodeHex(text: string): Uint8Array {
  const digits = hexDigits(text)
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits))
    throw new EvaluationError(`'${text}' is no hexadecimal text: expected pairs of hexadecimal digits`)
  return Buffer.from(digits, 'hex')
}

function hexDigits(text: string): string {
  if (text.startsWith('0x')) return text.length % 2 === 0 ? text.slice(2) : `0${text.slice(2)}`
  return /^[xX]'.*'$/s.test(text) ? text.slice(2, -1) : text
}
