import {HALF_DAYS, ERAS, MONTHS, QUARTERS, SHORT_ERAS, WEEKDAYS, styled} from './names.ts'
import type {PatternToken} from './pattern.ts'
import {fixedZone, zoneOf} from './zone.ts'
import type {Zone} from './zone.ts'
import {readZoneName} from './zone-names.ts'

/** What was read, by pattern letter (`L` as `M`, `u` for any year without an era). */
export type ParsedFields = {
  readonly numbers: Map<ParsedLetter, number>
  zone: Zone | undefined
}
export type ParsedLetter =
  | 'y'
  | 'u'
  | 'G'
  | 'M'
  | 'd'
  | 'D'
  | 'E'
  | 'a'
  | 'h'
  | 'K'
  | 'k'
  | 'H'
  | 'm'
  | 's'
  | 'S'
  | 'A'
  | 'n'
  | 'N'

/**
 * `lenient`: numbers may have fewer digits than letters where something else than a number follows, and text after the end of
 * the pattern is left aside.
 */
export type ParseStyle = 'strict' | 'lenient'

export type ParseFailure = {readonly at: number; readonly expected: string}

/** Names in any case; the whole text must fit. */
export function parseFields(tokens: readonly PatternToken[], text: string, style: ParseStyle): ParsedFields | ParseFailure {
  const reader = new FieldReader(text, style)
  if (!reader.read(tokens)) return {at: reader.at, expected: reader.expected}
  if (style === 'strict' && reader.at < text.length) return {at: reader.at, expected: 'the end'}
  return reader.fields
}

const SHORT = (names: readonly string[]) => names.map(name => styled(name, 3))
const NUMERIC = /[uydDMLQqhHkKmsAnN]/

class FieldReader {
  fields: ParsedFields = {numbers: new Map(), zone: undefined}
  at = 0
  expected = ''
  readonly #text: string
  readonly #lower: string
  readonly #isLenient: boolean

  constructor(text: string, style: ParseStyle) {
    this.#text = text
    this.#lower = text.toLowerCase()
    this.#isLenient = style === 'lenient'
  }

  read(tokens: readonly PatternToken[]): boolean {
    return tokens.every(token => this.#readToken(token))
  }

  #readToken(token: PatternToken): boolean {
    if (token.kind === 'literal') return this.#literal(token.text)
    if (token.kind === 'field') return this.#field(token)
    const [at, fields] = [this.at, this.fields]
    this.fields = {numbers: new Map(fields.numbers), zone: fields.zone}
    if (!this.read(token.tokens)) {
      this.at = at
      this.fields = fields
    }
    return true
  }

  #fail(expected: string): false {
    this.expected = expected
    return false
  }

  #literal(text: string): boolean {
    if (!this.#lower.startsWith(text.toLowerCase(), this.at)) return this.#fail(`'${text}'`)
    this.at += text.length
    return true
  }

  #field(token: Extract<PatternToken, {kind: 'field'}>): boolean {
    const {letter, count} = token
    switch (letter) {
      case 'G':
        return this.#name(count === 4 ? ERAS : SHORT_ERAS.map(name => (count === 5 ? name.slice(0, 1) : name)), 'G', 0)
      case 'M':
      case 'L':
        if (count >= 3) return this.#name(count === 4 ? MONTHS : SHORT(MONTHS), 'M', 1)
        break
      case 'Q':
      case 'q':
        if (count >= 3) return this.#name(count === 4 ? QUARTERS : ['Q1', 'Q2', 'Q3', 'Q4'], undefined, 1)
        break
      case 'E':
      case 'e':
      case 'c':
        if (letter === 'E' || count >= 3) return this.#weekday(count)
        break
      case 'a':
        return this.#name(HALF_DAYS, 'a', 0)
      case 'S':
        return this.#fraction(token)
      case 'V':
      case 'z':
        return this.#zoneName()
      case 'X':
      case 'x':
      case 'Z':
      case 'O':
        return this.#offset(letter, count)
    }
    return NUMERIC.test(letter)
      ? this.#number(token)
      : this.#fail(`a field that can be read (the letter ${letter} can only be printed)`)
  }

  /** The longest of the names that fits. */
  #name(names: readonly string[], letter: ParsedLetter | undefined, first: number): boolean {
    let best = -1
    for (const [i, name] of names.entries())
      if (this.#lower.startsWith(name.toLowerCase(), this.at) && name.length > (names[best]?.length ?? 0)) best = i
    if (best < 0) return this.#fail(`one of ${names.join(', ')}`)
    this.at += names[best]?.length ?? 0
    if (letter !== undefined) this.fields.numbers.set(letter, best + first)
    return true
  }

  #weekday(count: number): boolean {
    return this.#isLenient
      ? this.#name(WEEKDAYS, 'E', 1) || this.#name(SHORT(WEEKDAYS), 'E', 1)
      : this.#name(count === 4 ? WEEKDAYS : SHORT(WEEKDAYS), 'E', 1)
  }

  #digits(limit: number): string {
    let end = this.at
    while (end < this.#text.length && end - this.at < limit && isDigit(this.#text.charCodeAt(end))) end++
    return this.#text.slice(this.at, end)
  }

  #number({letter, count, reserved, isAdjacent}: Extract<PatternToken, {kind: 'field'}>): boolean {
    const isYear = letter === 'y' || letter === 'u'
    const start = this.at
    const sign = isYear ? /^[+-]/.exec(this.#text.slice(this.at, this.at + 1))?.[0] : undefined
    if (sign !== undefined) this.at++
    const isOpen = isYear ? count !== 2 : count === 1
    const isLoose = this.#isLenient && !isAdjacent
    const [min, max] = isLoose ? [1, 10] : isOpen ? [isYear ? count : 1, 19] : [count, letter === 'D' ? 3 : count]
    let digits = this.#digits(max + reserved)
    digits = digits.slice(0, Math.max(digits.length - reserved, min))
    // More digits than letters only after a sign, as in Java; without one the year of 20240101 would be that number.
    const isTooLong = isYear && count >= 4 && !isLoose && sign === undefined && digits.length > count
    if (digits.length < min || isTooLong) {
      this.at = start
      return this.#fail(`${letter.repeat(count)}, a number of ${min} digits`)
    }
    this.at += digits.length
    const value = Number(digits) * (sign === '-' ? -1 : 1)
    this.#keep(letter, isYear && count === 2 && digits.length === 2 ? 2000 + value : value)
    return true
  }

  #keep(letter: string, value: number): void {
    if (letter === 'Q' || letter === 'q') return
    this.fields.numbers.set((letter === 'L' ? 'M' : letter) as ParsedLetter, value)
  }

  /** Of a second; lenient: milliseconds. */
  #fraction({count, isAdjacent}: Extract<PatternToken, {kind: 'field'}>): boolean {
    const isLoose = this.#isLenient && !isAdjacent
    const digits = this.#digits(isLoose ? 9 : count)
    if (digits.length < (isLoose ? 1 : count)) return this.#fail(`${count} digits of a fraction of a second`)
    this.at += digits.length
    this.fields.numbers.set('S', this.#isLenient ? Number(digits) * 1e6 : Number(digits.padEnd(9, '0')))
    return true
  }

  #zoneName(): boolean {
    const rest = this.#text.slice(this.at)
    const offset = /^(?:UTC|GMT|UT)?[+-]\d{1,2}(?::?\d{2}){0,2}/i.exec(rest)?.[0]
    const found = offset === undefined ? readZoneName(rest) : {zone: zoneOf(offset.toUpperCase()), length: offset.length}
    if (found === undefined) return this.#fail('a time zone')
    this.fields.zone = found.zone
    this.at += found.length
    return true
  }

  #offset(letter: string, count: number): boolean {
    const rest = this.#text.slice(this.at)
    const match = offsetPattern(letter, count).exec(rest)
    if (match === null) return this.#fail(`a zone offset as ${letter.repeat(count)} has it`)
    this.at += match[0].length
    const [, sign, hours, minutes = '0', seconds = '0'] = match
    if (Number(hours ?? 0) > 18 || Number(minutes) > 59 || Number(seconds) > 59) return this.#fail('a zone offset up to 18 hours')
    const ms = ((Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
    this.fields.zone = fixedZone(match[0].toUpperCase(), sign === '-' ? -ms : ms)
    return true
  }
}

const isDigit = (code: number) => code >= 48 && code <= 57

function offsetPattern(letter: string, count: number): RegExp {
  if (letter === 'O' || (letter === 'Z' && count === 4)) return /^GMT(?:([+-])(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?)?/i
  const style = letter === 'Z' ? (count === 5 ? 5 : 2) : count
  return letter !== 'x' && (letter === 'X' || count === 5) ? (WITH_Z[style] ?? /(?!)/) : (WITHOUT_Z[style] ?? /(?!)/)
}

const OFFSET_FORMS = [
  '',
  '([+-])(\\d{2})(\\d{2})?',
  '([+-])(\\d{2})(\\d{2})',
  '([+-])(\\d{2}):(\\d{2})',
  '([+-])(\\d{2})(\\d{2})(\\d{2})?',
  '([+-])(\\d{2}):(\\d{2})(?::(\\d{2}))?',
]
const WITH_Z = OFFSET_FORMS.map(form => new RegExp(`^(?:Z|${form})`, 'i'))
const WITHOUT_Z = OFFSET_FORMS.map(form => new RegExp(`^${form}`))
