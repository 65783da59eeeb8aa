import {isInteger, parse} from 'lossless-json'
import {EngineError} from '../base/errors.ts'
import {limits} from '../limits.ts'

/** A number of a JSON text, as it is spelled there. */
export class NumberText {
  readonly value: string

  constructor(value: string) {
    this.value = value
  }
}

/** As JSON.parse, but numbers keep their spelling. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  return parse(text, null, {parseNumber: value => new NumberText(value), onDuplicateKey: ({newValue}) => newValue})
}

const longNumber = /(?:^|[:[,\s])-?\d{16,}/

/** As JSON.parse, but integers that a number can't hold become bigint. Throws SyntaxError. */
export function parseWithDigits(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text)
  return parse(text, undefined, {
    parseNumber: digits => (isInteger(digits) && !Number.isSafeInteger(Number(digits)) ? BigInt(digits) : Number(digits)),
    onDuplicateKey: ({newValue}) => newValue,
  })
}

/** The spelling of a JSON number, however it came. */
export function numberText(value: unknown): string | undefined {
  if (value instanceof NumberText) return value.value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

/**
 * Compact JSON text of a value as JSON.stringify would write it, with all digits of a bigint. EngineError `RECORD_INVALID` for what
 * JSON has no text for, a number that is not finite (as JSON.parse makes of 1e999) too, and for more levels than readers take apart.
 */
export function compactJson(value: unknown): string {
  const text = jsonText(value, 0)
  if (text === undefined) throw new EngineError('RECORD_INVALID', `found a ${typeof value}, expected what JSON can say`)
  return text
}

/** Undefined where JSON.stringify leaves a value out. */
function jsonText(value: unknown, depth: number): string | undefined {
  const number = numberText(value)
  if (number !== undefined) {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new EngineError('RECORD_INVALID', `found the number ${value}, expected one that is finite: at most 1.8e308`)
    return number
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (depth === limits.jsonDepthMax)
    throw new EngineError('RECORD_INVALID', `found JSON of more than ${depth} levels, expected at most ${depth}`)
  if (Array.isArray(value)) return `[${value.map(each => jsonText(each, depth + 1) ?? 'null').join(',')}]`
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonText(value.toJSON(), depth + 1)
  const fields: string[] = []
  for (const [name, each] of Object.entries(value)) {
    const text = jsonText(each, depth + 1)
    if (text !== undefined) fields.push(`${JSON.stringify(name)}:${text}`)
  }
  return `{${fields.join(',')}}`
}
