import {assert} from '../base/assert.ts'

let make: (text: string) => Code
let textOf: (code: Code) => string

/**
 * A piece of JavaScript. It can only be made from text that stands in this program (the parts of a `code` template), from
 * generated names and from quoted values, so that nothing a user wrote becomes code.
 */
export class Code {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  static {
    make = text => new Code(text)
    textOf = piece => piece.#text
  }
}

/** A template whose holes take only other code. */
export function code(parts: TemplateStringsArray, ...holes: readonly Code[]): Code {
  let text = parts[0] ?? ''
  holes.forEach((hole, i) => (text += textOf(hole) + (parts[i + 1] ?? '')))
  return make(text)
}

/** A local name: a letter of this program and a number. */
export function name(prefix: 'c' | 'v' | 't' | 'k' | 'p' | 'L', number: number): Code {
  assert(Number.isSafeInteger(number) && number >= 0, 'names are numbered')
  return make(`${prefix}${number}`)
}

/** A scalar as a literal. Line separators are escaped too, so that the source can be shown and parsed anywhere. */
export function quote(value: null | boolean | number | bigint | string): Code {
  if (typeof value === 'bigint') return make(value < 0n ? `(${value}n)` : `${value}n`)
  if (typeof value === 'number') return quoteNumber(value)
  return make(JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'))
}

function quoteNumber(value: number): Code {
  if (Object.is(value, -0)) return make('(-0)')
  return make(value < 0 ? `(${value})` : String(value))
}

export function join(pieces: readonly Code[], separator: Code): Code {
  return make(pieces.map(textOf).join(textOf(separator)))
}

export const lines = (pieces: readonly Code[]): Code => make(pieces.map(textOf).join('\n'))

/** The source, for the compiler and for EXPLAIN. */
export const sourceOf = (piece: Code): string => textOf(piece)
