import {parse} from 'lossless-json'

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

/** The spelling of a JSON number, however it came. */
export function numberText(value: unknown): string | undefined {
  if (value instanceof NumberText) return value.value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

/** Compact JSON text of a parsed value. */
export function compactJson(value: unknown): string {
  const number = numberText(value)
  if (number !== undefined) return number
  if (Array.isArray(value)) return `[${value.map(compactJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${compactJson(each)}`)
    .join(',')}}`
}
