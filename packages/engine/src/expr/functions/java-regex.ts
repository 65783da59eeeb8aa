import {EvaluationError} from '../evaluation-error.ts'
import {CharacterClassReader, anyCase, classEscape} from './java-regex-class.ts'
import type {RegexFlags} from './java-regex-class.ts'
import {PatternText} from './pattern-text.ts'

/**
 * Java's regular expressions, translated to JavaScript's with the `v` flag. Translated by hand, since the same sign means
 * different things: `$` (before a last line end, too), `.` (U+0085 ends a line), `\s` and `\w` (ASCII), `(?i)` (ASCII letters
 * only). Possessive quantifiers and `(?>…)` become a look-ahead and a reference to what it took; since that adds groups, every
 * group is named: group 2 of the pattern is `g2`. Not supported, and refused: `\G`, `\X`, `\b{g}`, blocks and scripts that JavaScript does not know.
 */
export type JavaRegex = {
  /** With the flags `gv`. */
  readonly expression: RegExp
  readonly groupCount: number
  /** The pattern's number of each named group. */
  readonly names: ReadonlyMap<string, number>
}

/** Throws EvaluationError for a pattern that is not valid. */
export function compileJavaRegex(pattern: string): JavaRegex {
  const translator = new Translator(pattern)
  const source = translator.translate()
  try {
    return {expression: new RegExp(source, 'gv'), groupCount: translator.groupCount, names: translator.names}
  } catch (cause) {
    throw new EvaluationError(
      `Invalid regular expression pattern: ${pattern} (${cause instanceof Error ? cause.message : 'unknown'})`,
    )
  }
}

const LINE_END = '(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])'
const AT_LAST_LINE_END = `(?=${LINE_END}?(?![^]))`
const NO_FLAGS: RegexFlags = {ignoreCase: false, multiline: false, dotAll: false, comments: false}
const flagNames: Readonly<Record<string, keyof RegexFlags | 'ignored'>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'comments',
  u: 'ignored',
  U: 'ignored',
  d: 'ignored',
}

class Translator {
  readonly names = new Map<string, number>()
  groupCount = 0
  readonly #text: PatternText
  #flags = NO_FLAGS
  #atomicGroups = 0

  constructor(pattern: string) {
    this.#text = new PatternText(pattern)
  }

  translate(): string {
    const result = this.#alternatives()
    if (!this.#text.isAtEnd()) this.#text.refuse('a closing parenthesis without an opening one')
    return result
  }

  #alternatives(): string {
    const outer = this.#flags
    let result = this.#sequence()
    while (this.#text.accept('|')) result += `|${this.#sequence()}`
    this.#flags = outer
    return result
  }

  #sequence(): string {
    let result = ''
    for (;;) {
      if (this.#flags.comments) this.#text.skipComments()
      const next = this.#text.peek()
      if (next === undefined || next === '|' || next === ')') return result
      result += this.#quantified(this.#atom())
    }
  }

  #quantified(atom: string): string {
    if (this.#flags.comments) this.#text.skipComments()
    const quantifier = this.#text.match(/[*+?]|\{\d+(?:,\d*)?\}/y)
    if (quantifier === undefined) return atom
    if (atom === '') return ''
    if (this.#text.accept('?')) return `${atom}${quantifier}?`
    return this.#text.accept('+') ? this.#atomic(`${atom}${quantifier}`) : `${atom}${quantifier}`
  }

  /** Takes what `body` matches and never gives it back. */
  #atomic(body: string): string {
    const name = `a${++this.#atomicGroups}`
    return `(?:(?=(?<${name}>${body}))\\k<${name}>)`
  }

  #atom(): string {
    const text = this.#text
    const sign = text.take()
    switch (sign) {
      case '(':
        return this.#group()
      case '[':
        return new CharacterClassReader(text, this.#flags).read()
      case '.':
        return this.#flags.dotAll ? '[^]' : '[^\\n\\r\\u0085\\u2028\\u2029]'
      case '^':
        return this.#flags.multiline ? `(?:(?<![^])|(?<=${LINE_END})(?=[^]))` : '(?<![^])'
      case '$':
        return this.#flags.multiline ? `(?=${LINE_END}|(?![^]))` : AT_LAST_LINE_END
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
        return text.refuse(`the quantifier ${sign} after nothing`)
      default:
        return anyCase(sign, this.#flags)
    }
  }

  #escape(): string {
    const text = this.#text
    if (text.accept('Q')) return Array.from(text.upTo('\\E'), sign => anyCase(sign, this.#flags)).join('')
    const name = text.match(/k<([a-zA-Z][a-zA-Z0-9]*)>/y)
    if (name !== undefined) return this.#reference(this.names.get(name.slice(2, -1)))
    if (/[1-9]/.test(text.peek() ?? '')) return this.#numberedReference()
    const sign = text.peek()
    switch (sign) {
      case 'b':
      case 'B':
        text.take()
        return `\\${sign}`
      case 'A':
        text.take()
        return '(?<![^])'
      case 'z':
        text.take()
        return '(?![^])'
      case 'Z':
        text.take()
        return AT_LAST_LINE_END
      case 'R':
        text.take()
        return '(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])'
      default: {
        const escape = classEscape(text, this.#flags)
        return escape.isClass ? escape.source : anyCase(escape.character, this.#flags)
      }
    }
  }

  /** Java takes further digits as long as so many groups have been opened. */
  #numberedReference(): string {
    let group = Number(this.#text.take())
    while (/\d/.test(this.#text.peek() ?? '') && group * 10 + Number(this.#text.peek()) <= this.groupCount)
      group = group * 10 + Number(this.#text.take())
    return this.#reference(group)
  }

  /** A group that has not been opened yet never matches. */
  #reference(group: number | undefined): string {
    return group === undefined || group > this.groupCount ? '(?!)' : `\\k<g${group}>`
  }

  #group(): string {
    const text = this.#text
    if (!text.accept('?')) return this.#capture(undefined)
    const opening = text.match(/:|=|!|<=|<!|>/y)
    if (opening === '>') return this.#atomic(this.#body())
    if (opening !== undefined) return `(?${opening}${this.#body()})`
    const name = text.match(/<[a-zA-Z][a-zA-Z0-9]*>/y)
    return name === undefined ? this.#flagGroup() : this.#capture(name.slice(1, -1))
  }

  #capture(name: string | undefined): string {
    const group = ++this.groupCount
    if (name !== undefined) {
      if (this.names.has(name)) this.#text.refuse(`the group name '${name}' twice`)
      this.names.set(name, group)
    }
    return `(?<g${group}>${this.#body()})`
  }

  #body(): string {
    const body = this.#alternatives()
    if (!this.#text.accept(')')) this.#text.refuse('a group that is not closed')
    return body
  }

  /** `(?i)` holds to the end of the enclosing group, `(?i:…)` for its own. */
  #flagGroup(): string {
    const words = this.#text.match(/[a-zA-Z]*(?:-[a-zA-Z]+)?(?=[:)])/y)
    if (words === undefined) return this.#text.refuse('an unknown kind of group')
    const outer = this.#flags
    const [on = '', off = ''] = words.split('-')
    this.#flags = this.#withFlags(this.#withFlags(outer, on, true), off, false)
    if (this.#text.accept(')')) return ''
    this.#text.take()
    const body = `(?:${this.#body()})`
    this.#flags = outer
    return body
  }

  #withFlags(flags: RegexFlags, letters: string, value: boolean): RegexFlags {
    let result = flags
    for (const letter of letters) {
      const name = flagNames[letter] ?? this.#text.refuse(`the unknown flag ${letter}`)
      if (name !== 'ignored') result = {...result, [name]: value}
    }
    return result
  }
}
