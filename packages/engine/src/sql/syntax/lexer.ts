import {SyntaxFailure} from './diagnostic.ts'
import {suggest} from './suggest.ts'
import type {Token, TokenKind} from './token.ts'
import {substituteInside, variableKey} from './variables.ts'
import type {Variables} from './variables.ts'

/** Longest first: the first that fits is taken. */
const symbols = ['->', '=>', ':=', '<>', '!=', '<=', '>=', '||', ...'=<>+-*/%()[],.']

const symbolsByCode: readonly (readonly string[])[] = Array.from({length: 128}, (_, code) =>
  symbols.filter(symbol => symbol.charCodeAt(0) === code),
)

const digits = /[0-9]*/y
const exponent = /[eE][+-]?[0-9]+/y
const wordRest = /[A-Za-z0-9_@]*/y

/** What people paste from documents, and what they meant. */
const lookalikes: ReadonlyMap<string, string> = new Map([
  ['\u2018', `'`],
  ['\u2019', `'`],
  ['\u201c', `'`],
  ['\u201d', `'`],
  ['\u2013', '-'],
  ['\u2014', '--'],
  ['\u2212', '-'],
])

/** One pass over a script, a statement at a time, so that a DEFINE holds for the statement after it. */
export class Lexer {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The next statement's tokens with an `end` last; its semicolon is consumed. Only an `end` when there is nothing more. */
  statement(variables: Variables): Token[] {
    const tokens: Token[] = []
    for (;;) {
      this.#skipBlank()
      const start = this.#at
      if (start >= this.#text.length || this.#text[start] === ';') {
        this.#at = Math.min(start + 1, this.#text.length)
        tokens.push({kind: 'end', text: '', span: {start, end: this.#at}})
        return tokens
      }
      this.#next(variables, tokens)
    }
  }

  isAtEnd(): boolean {
    this.#skipBlank()
    return this.#at >= this.#text.length
  }

  #next(variables: Variables, tokens: Token[]): void {
    const code = this.#text.charCodeAt(this.#at)
    if (isWordStart(code)) tokens.push(this.#word())
    else if (isDigit(code) || (code === 46 && isDigit(this.#codeAfter(1)) && !this.#isBehindName(tokens)))
      tokens.push(this.#number())
    else if (code === 39) tokens.push(this.#quoted('string', `'`, variables))
    else if (code === 96) tokens.push(this.#quoted('quoted', '`', variables))
    else if (code === 34) tokens.push(this.#quoted('quoted', '"', variables))
    else if (code === 36 && this.#codeAfter(1) === 123) this.#variable(variables, tokens)
    else if (this.#isParameter(code)) tokens.push(this.#parameter())
    else tokens.push(this.#symbol(code))
  }

  #skipBlank(): void {
    const text = this.#text
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff) this.#at++
      else if (code === 45 && this.#codeAfter(1) === 45) this.#skipLine()
      else if (code === 47 && this.#codeAfter(1) === 42) this.#skipBlock()
      else return
    }
  }

  #skipLine(): void {
    while (this.#at < this.#text.length && !isLineEnd(this.#text.charCodeAt(this.#at))) this.#at++
  }

  #skipBlock(): void {
    const close = this.#text.indexOf('*/', this.#at + 2)
    if (close < 0) this.#fail(`this comment has no end`, this.#at, this.#at + 2, `close it with */`)
    this.#at = close + 2
  }

  #word(): Token {
    const start = this.#at
    this.#skip(wordRest)
    return this.#token('word', this.#text.slice(start, this.#at).toUpperCase(), start)
  }

  /** `12`, `1.5`, `1.`, `.5`, `1E3`; digits that run into letters are a name: `5_minutes`. */
  #number(): Token {
    const start = this.#at
    this.#skip(digits)
    let kind: TokenKind = 'integer'
    if (this.#text.charCodeAt(this.#at) === 46) {
      kind = 'decimal'
      this.#at++
      this.#skip(digits)
    }
    if (this.#skip(exponent)) kind = 'double'
    const written = this.#text.slice(start, this.#at)
    if (/^[0-9A-Za-z]+$/.test(written) && this.#skip(wordRest)) {
      return this.#token('word', this.#text.slice(start, this.#at).toUpperCase(), start)
    }
    return this.#token(kind, written, start)
  }

  #quoted(kind: 'string' | 'quoted', quote: string, variables: Variables): Token {
    const start = this.#at
    let close = this.#text.indexOf(quote, start + 1)
    let hasDoubled = false
    while (close >= 0 && this.#text[close + 1] === quote) {
      hasDoubled = true
      close = this.#text.indexOf(quote, close + 2)
    }
    if (close < 0) {
      const what = kind === 'string' ? 'text' : 'name'
      this.#fail(`the ${what} that starts here has no closing ${quote}`, start, start + 1)
    }
    this.#at = close + 1
    const inner = this.#text.slice(start + 1, close)
    const plain = hasDoubled ? inner.replaceAll(quote + quote, quote) : inner
    return this.#token(kind, substituteInside(plain, variables), start)
  }

  /** In `source.5_min` the point is no decimal one. */
  #isBehindName(tokens: readonly Token[]): boolean {
    const last = tokens.at(-1)
    return (last?.kind === 'word' || last?.kind === 'quoted') && last.span.end === this.#at
  }

  /** `$1`, `:name`. */
  #isParameter(code: number): boolean {
    const next = this.#codeAfter(1)
    return (code === 36 && isDigit(next)) || (code === 58 && isWordStart(next))
  }

  #parameter(): Token {
    const start = this.#at++
    this.#skip(wordRest)
    const name = this.#text.slice(start + 1, this.#at)
    if (this.#text[start] === '$' && !/^[1-9][0-9]{0,5}$/.test(name)) {
      this.#fail(`'$${name}' is no parameter: parameters are numbered from $1, or named :name`, start, this.#at)
    }
    return this.#token('parameter', this.#text.slice(start, this.#at), start)
  }

  /** Outside quotes a variable stands for one name or literal, never for syntax: a value cannot change what a statement does. */
  #variable(variables: Variables, tokens: Token[]): void {
    const start = this.#at
    const close = this.#text.indexOf('}', start)
    if (close < 0) this.#fail('this variable has no closing }', start, start + 2)
    this.#at = close + 1
    const span = {start, end: this.#at}
    const name = this.#text.slice(start + 2, close).trim()
    const value = variables.get(variableKey(name))
    if (value === undefined) {
      const known = suggest(name, variables.keys())
      const hint = known === undefined ? `DEFINE ${name} = '…';` : `did you mean \${${known}}?`
      this.#fail(`the variable '${name}' is not defined`, start, this.#at, hint)
    }
    const inner = tokensOfValue(value)
    if (inner === undefined) {
      const hint = `put it in quotes: '\${${name}}'`
      this.#fail(`the value of the variable '${name}' is neither one name nor one literal: ${value}`, start, this.#at, hint)
    }
    for (const token of inner) tokens.push({kind: token.kind, text: token.text, span})
  }

  #symbol(code: number): Token {
    const start = this.#at
    for (const symbol of symbolsByCode[code] ?? []) {
      if (!this.#text.startsWith(symbol, start)) continue
      this.#at += symbol.length
      return this.#token('symbol', symbol === '!=' ? '<>' : symbol, start)
    }
    const character = String.fromCodePoint(this.#text.codePointAt(start) ?? 0)
    const meant = lookalikes.get(character)
    const hint = meant === undefined ? undefined : `did you mean ${meant} ?`
    return this.#fail(`the character '${character}' has no meaning here`, start, start + character.length, hint)
  }

  /** Moves past what the sticky pattern matches; says whether that was anything. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text) || pattern.lastIndex === this.#at) return false
    this.#at = pattern.lastIndex
    return true
  }

  #codeAfter(distance: number): number {
    return this.#text.charCodeAt(this.#at + distance)
  }

  #token(kind: TokenKind, text: string, start: number): Token {
    return {kind, text, span: {start, end: this.#at}}
  }

  #fail(problem: string, start: number, end: number, hint?: string): never {
    const message = `Syntax Error: ${problem}`
    throw new SyntaxFailure({code: 'SQL_SYNTAX', message, span: {start, end}, ...(hint === undefined ? {} : {hint})})
  }
}

function tokensOfValue(value: string): readonly Token[] | undefined {
  try {
    const lexer = new Lexer(value)
    const tokens = lexer.statement(new Map()).slice(0, -1)
    const [first, second] = tokens
    if (!lexer.isAtEnd() || first === undefined) return undefined
    const isNegativeNumber = tokens.length === 2 && first.text === '-' && isNumber(second)
    return isNegativeNumber || (tokens.length === 1 && first.kind !== 'symbol' && first.kind !== 'parameter') ? tokens : undefined
  } catch (failure) {
    if (failure instanceof SyntaxFailure) return undefined
    throw failure
  }
}

function isNumber(token: Token | undefined): boolean {
  return token?.kind === 'integer' || token?.kind === 'decimal' || token?.kind === 'double'
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
}

function isLineEnd(code: number): boolean {
  return code === 10 || code === 13
}
