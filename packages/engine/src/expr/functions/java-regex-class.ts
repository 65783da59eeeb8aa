import type {PatternText} from './pattern-text.ts'

/** What stands in brackets, and escapes, of Java's regular expressions, as JavaScript's `v` flag wants them. */

export type RegexFlags = {
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly comments: boolean
}

type Escape = {readonly isClass: true; readonly source: string} | {readonly isClass: false; readonly character: string}

const set = (source: string): Escape => ({isClass: true, source})
const single = (code: number): Escape => ({isClass: false, character: String.fromCodePoint(code)})

const SPACE = ' \\t\\n\\v\\f\\r'
const HORIZONTAL = ' \\t\\u00a0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000'
const VERTICAL = '\\n\\v\\f\\r\\u0085\\u2028\\u2029'
const shorthands: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
  w: '[a-zA-Z_0-9]',
  W: '[^a-zA-Z_0-9]',
  h: `[${HORIZONTAL}]`,
  H: `[^${HORIZONTAL}]`,
  v: `[${VERTICAL}]`,
  V: `[^${VERTICAL}]`,
}
const controls: Readonly<Record<string, number>> = {t: 9, n: 10, r: 13, f: 12, a: 7, e: 27}

const PUNCTUATION = '\\u0021-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u007e'
const properties: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\u0000-\\u007f',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: PUNCTUATION,
  Graph: 'a-zA-Z0-9' + PUNCTUATION,
  Print: '\\u0020a-zA-Z0-9' + PUNCTUATION,
  Blank: ' \\t',
  Cntrl: '\\u0000-\\u001f\\u007f',
  XDigit: '0-9a-fA-F',
  Space: SPACE,
  javaLowerCase: '\\p{Lowercase}',
  javaUpperCase: '\\p{Uppercase}',
  javaWhitespace: '\\p{Zs}\\p{Zl}\\p{Zp}\\t\\n\\v\\f\\r\\u001c-\\u001f',
  javaLetter: '\\p{L}',
  javaDigit: '\\p{Nd}',
  javaLetterOrDigit: '\\p{L}\\p{Nd}',
  IsPunctuation: '\\p{P}',
  IsDigit: '\\p{Nd}',
  IsWhite_Space: '\\p{White_Space}',
  IsControl: '\\p{Cc}',
  L1: '\\u0000-\\u00ff',
  all: '\\p{Any}',
}

/** One character as a pattern that matches it, in either case where the flags say so (ASCII letters only, as in Java). */
export function anyCase(character: string, flags: RegexFlags): string {
  if (flags.ignoreCase && /^[a-zA-Z]$/.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`
  return quote(character)
}

const quote = (character: string) =>
  /^[a-zA-Z0-9_ ]$/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/** What a backslash, already taken, and the signs after it stand for. */
export function classEscape(text: PatternText, flags: RegexFlags): Escape {
  const code = text.match(/u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}/y)?.slice(1) ?? text.match(/x\{[0-9a-fA-F]{1,6}\}/y)?.slice(2, -1)
  if (code !== undefined) return single(Number.parseInt(code, 16))
  const octal = text.match(/0(?:[0-3][0-7]{2}|[0-7]{1,2})/y)
  if (octal !== undefined) return single(Number.parseInt(octal, 8))
  const property = text.match(/[pP](?:\{[^}]+\}|[A-Z])/y)
  if (property !== undefined) return set(propertySource(property, flags))
  const control = text.match(/c[@-_]/y)
  if (control !== undefined) return single(control.charCodeAt(1) ^ 64)

  const sign = text.take()
  const shorthand = shorthands[sign]
  if (shorthand !== undefined) return set(shorthand)
  const controlCode = controls[sign]
  if (controlCode !== undefined) return single(controlCode)
  return /[a-zA-Z0-9]/.test(sign) ? text.refuse(`the unknown escape \\${sign}`) : {isClass: false, character: sign}
}

/** `pL`, `p{Alpha}`, `P{IsGreek}`, `p{Lu}`, `p{script=Latin}`, … as a class of its own. */
function propertySource(property: string, flags: RegexFlags): string {
  const name = property.slice(1).replace(/^\{|\}$/g, '')
  const isNegated = property.startsWith('P') !== name.startsWith('^')
  const plain = name.replace(/^\^/, '')
  const isCased = flags.ignoreCase && (plain === 'Lower' || plain === 'Upper')
  return `[${isNegated ? '^' : ''}${isCased ? 'a-zA-Z' : (properties[plain] ?? unicodeProperty(plain))}]`
}

const BINARY = /^(?:Alphabetic|Ideographic|Letter|Lowercase|Uppercase|Emoji)$/i

function unicodeProperty(name: string): string {
  const [key = '', value] = name.split('=')
  if (value !== undefined) return /^(?:script|sc)$/i.test(key) ? `\\p{Script=${value}}` : `\\p{${value}}`
  if (!name.startsWith('Is')) return `\\p{${name}}`
  const rest = name.slice(2)
  if (BINARY.test(rest)) return `\\p{${rest.charAt(0).toUpperCase()}${rest.slice(1).toLowerCase()}}`
  return /^[A-Z][a-z]?$/.test(rest) ? `\\p{${rest}}` : `\\p{Script=${rest}}`
}

/** Reads `[…]` after its bracket: ranges, negation, unions by nesting, intersections by `&&`. */
export class CharacterClassReader {
  readonly #text: PatternText
  readonly #flags: RegexFlags

  constructor(text: PatternText, flags: RegexFlags) {
    this.#text = text
    this.#flags = flags
  }

  read(): string {
    const negation = this.#text.accept('^') ? '^' : ''
    const operands = [this.#union(true)]
    while (this.#text.accept('&&')) operands.push(this.#union(false))
    if (!this.#text.accept(']')) this.#text.refuse('a class that is not closed')
    const filled = operands.filter(operand => operand !== '')
    return `[${negation}${filled.length === 1 ? filled[0] : filled.map(operand => `[${operand}]`).join('&&')}]`
  }

  /** A bracket that closes right after the opening one stands for itself. */
  #union(isFirst: boolean): string {
    let result = isFirst && this.#text.accept(']') ? '\\]' : ''
    for (;;) {
      if (this.#flags.comments) this.#text.skipComments()
      const next = this.#text.peek()
      if (next === undefined || next === ']' || this.#text.isBefore('&&')) return result
      result += this.#member()
    }
  }

  #member(): string {
    if (this.#text.accept('[')) return this.read()
    const low = this.#character()
    if (typeof low !== 'string') return low.source
    if (this.#text.match(/-(?![\][])/y) === undefined) return this.#inAnyCase(low, low)
    const high = this.#character()
    if (typeof high !== 'string') return `${this.#inAnyCase(low, low)}\\-${high.source}`
    if ((high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0))
      this.#text.refuse(`the range ${low}-${high}, which is the wrong way round`)
    return this.#inAnyCase(low, high)
  }

  /** A character, or the source of a whole class such as `\d`. */
  #character(): string | {readonly source: string} {
    if (!this.#text.accept('\\')) return this.#text.take()
    if (this.#text.accept('Q')) return {source: Array.from(this.#text.upTo('\\E'), sign => this.#inAnyCase(sign, sign)).join('')}
    const escape = classEscape(this.#text, this.#flags)
    return escape.isClass ? {source: escape.source} : escape.character
  }

  #inAnyCase(low: string, high: string): string {
    const range = low === high ? quote(low) : `${quote(low)}-${quote(high)}`
    if (!this.#flags.ignoreCase) return range
    return range + overlap(low, high, 'A', 'Z', 32) + overlap(low, high, 'a', 'z', -32)
  }
}

/** The letters of `[first, last]` inside a range, moved to the other case. */
function overlap(low: string, high: string, first: string, last: string, shift: number): string {
  const from = Math.max(low.codePointAt(0) ?? 0, first.charCodeAt(0))
  const to = Math.min(high.codePointAt(0) ?? 0, last.charCodeAt(0))
  return from > to ? '' : `${String.fromCharCode(from + shift)}-${String.fromCharCode(to + shift)}`
}
