import {randomBytes} from 'node:crypto'
import {parse as parseLossless, isInteger} from 'lossless-json'

/*
 * JSON integers of more than 53 bits, both ways. `JSON.stringify` refuses bigint and `JSON.parse` rounds, so outgoing longs
 * travel as text behind a mark that nobody else can write (new in every process) and lose their quotes at the end, and
 * incoming text is read digit by digit only when it holds a number long enough to be rounded.
 */
const mark = `\u0000${randomBytes(8).toString('hex')}:`
const markInJson = JSON.stringify(mark).slice(1, -1)
const marked = new RegExp(`"${markInJson.replaceAll('\\', '\\\\')}(-?\\d+)"`, 'g')

/** A stand-in for a bigint inside a value that `stringifyJson` will write. */
export const longDigits = (value: bigint): string => mark + value.toString()

/** JSON text in which the digits of `longDigits` stand as JSON integers. */
export const restoreDigits = (json: string): string => (json.includes(markInJson) ? json.replace(marked, '$1') : json)

/** As JSON.stringify, with the digits of `longDigits` as JSON integers. */
export const stringifyJson = (value: unknown): string => restoreDigits(JSON.stringify(value))

const longNumber = /[:[,\s]-?\d{16,}/

/** As JSON.parse, but integers that a number can't hold become bigint. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text)
  return parseLossless(text, undefined, digits => {
    const number = Number(digits)
    return isInteger(digits) && !Number.isSafeInteger(number) ? BigInt(digits) : number
  })
}
