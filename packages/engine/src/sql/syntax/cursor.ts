import type {Identifier} from './ast.ts'
import {SyntaxFailure} from './diagnostic.ts'
import type {SqlDiagnostic} from './diagnostic.ts'
import {isReserved} from './keywords.ts'
import type {Span} from './span.ts'
import {suggest} from './suggest.ts'
import {syntaxLimits} from './syntax-limits.ts'
import type {Token} from './token.ts'

/** No token's index, nor one less than one's. */
const noIndex = -2

/**
 * The parsers' place in one statement's tokens. Every question about the next token is remembered until one is taken, so
 * that a failure can say what would have fitted; keywords are remembered as they are, other things as `a name`.
 */
export class Cursor {
  /** The text that spans point into. */
  readonly source: string
  readonly #tokens: readonly Token[]
  #index = 0
  #asked: string[] = []
  #depth = 0
  /** Index of the last word taken as an alias without AS: often a keyword with a typing mistake. */
  #bareAliasIndex = noIndex

  constructor(source: string, tokens: readonly Token[]) {
    this.source = source
    this.#tokens = tokens
  }

  get tokenCount(): number {
    return this.#tokens.length
  }

  peek(distance = 0): Token {
    const token = this.#tokens[Math.min(this.#index + distance, this.#tokens.length - 1)]
    if (token === undefined) throw new RangeError('a statement has at least its end token')
    return token
  }

  take(): Token {
    const token = this.peek()
    if (this.#index < this.#tokens.length - 1) this.#index++
    this.#asked.length = 0
    return token
  }

  /** The last token taken. */
  previous(): Token {
    return this.#tokens[this.#index - 1] ?? this.peek()
  }

  isAtEnd(): boolean {
    return this.peek().kind === 'end'
  }

  /** Are these words next? They are remembered as one alternative, `IF NOT EXISTS`. */
  at(...words: readonly string[]): boolean {
    this.note(words.length === 1 ? (words[0] ?? '') : words.join(' '))
    return this.looksAt(...words)
  }

  /** The same without a memory of it. */
  looksAt(...words: readonly string[]): boolean {
    return words.every((word, distance) => isWord(this.peek(distance), word))
  }

  accept(...words: readonly string[]): boolean {
    if (!this.at(...words)) return false
    for (let taken = 0; taken < words.length; taken++) this.take()
    return true
  }

  /** Takes the word if it is next; fails otherwise. */
  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) this.fail()
  }

  /** The first of the words that is next, taken. */
  acceptOneOf<Word extends string>(...words: readonly Word[]): Word | undefined {
    return words.find(word => this.accept(word))
  }

  expectOneOf<Word extends string>(...words: readonly Word[]): Word {
    return this.acceptOneOf(...words) ?? this.fail()
  }

  atSymbol(symbol: string): boolean {
    this.note(`'${symbol}'`)
    return this.looksAtSymbol(symbol)
  }

  looksAtSymbol(symbol: string, distance = 0): boolean {
    const token = this.peek(distance)
    return token.kind === 'symbol' && token.text === symbol
  }

  acceptSymbol(symbol: string): boolean {
    const isNext = this.atSymbol(symbol)
    if (isNext) this.take()
    return isNext
  }

  expectSymbol(symbol: string): Token {
    return this.atSymbol(symbol) ? this.take() : this.fail()
  }

  /** Text in single quotes; `what` completes "expected …". */
  expectString(what: string): string {
    this.note(what)
    return this.peek().kind === 'string' ? this.take().text : this.fail()
  }

  looksAtName(distance = 0): boolean {
    const token = this.peek(distance)
    return token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.text))
  }

  acceptName(what: string): Identifier | undefined {
    this.note(what)
    if (!this.looksAtName()) return undefined
    const {kind, text, span} = this.take()
    return {text, isQuoted: kind === 'quoted', span}
  }

  /** An identifier; `what` completes "expected …". */
  expectName(what: string): Identifier {
    const name = this.acceptName(what)
    if (name !== undefined) return name
    const {kind, text, span} = this.peek()
    if (kind !== 'word') return this.fail()
    const written = this.source.slice(span.start, span.end)
    return this.fail(this.#suggestion() ?? `${text} is a reserved word; as a name it is written \`${written}\``)
  }

  /** A name that stands as an alias without AS. */
  takeBareAlias(): Identifier {
    const {kind, text, span} = this.peek()
    this.#bareAliasIndex = kind === 'word' ? this.#index : noIndex
    this.take()
    return {text, isQuoted: kind === 'quoted', span}
  }

  /** Remembers what would fit here. */
  note(what: string): void {
    this.#asked.push(what)
  }

  /** What was asked for and would fit at the next token, each once. */
  expected(): string[] {
    return [...new Set(this.#asked)]
  }

  spanFrom(start: number): Span {
    return {start, end: this.previous().span.end}
  }

  /** Bounds the recursion: call `leave` when the inner part is done. */
  enter(): void {
    if (++this.#depth <= syntaxLimits.nestingMax) return
    const message = `Syntax Error: the statement is nested more than ${syntaxLimits.nestingMax} levels deep here`
    throw new SyntaxFailure({code: 'LIMIT_EXCEEDED', message, span: this.peek().span})
  }

  leave(): void {
    this.#depth--
  }

  /** The next token fits nothing that was asked for. */
  fail(hint?: string): never {
    const found = this.#index - 1 === this.#bareAliasIndex ? this.#misspelledAlias() : undefined
    const token = found?.token ?? this.peek()
    const expected = this.expected()
    const message = `Syntax Error ${describe(token, this.source)}${expected.length === 0 ? '' : `: expected ${listed(expected)}`}`
    this.failWith(message, token.span, found?.hint ?? hint ?? this.#suggestion())
  }

  /** A failure with its own words. */
  failWith(message: string, span: Span, hint?: string): never {
    const diagnostic: SqlDiagnostic = {code: 'SQL_SYNTAX', message, span, ...(hint === undefined ? {} : {hint})}
    throw new SyntaxFailure(diagnostic)
  }

  #misspelledAlias(): {readonly token: Token; readonly hint: string} | undefined {
    const token = this.previous()
    const meant = suggest(token.text, this.#askedWords())
    return meant === undefined ? undefined : {token, hint: `did you mean ${meant}?`}
  }

  #suggestion(): string | undefined {
    const {kind, text} = this.peek()
    if (kind !== 'word') return undefined
    const meant = suggest(text, this.#askedWords())
    return meant === undefined ? undefined : `did you mean ${meant}?`
  }

  #askedWords(): string[] {
    return this.expected().flatMap(what => (/^[A-Z ]+$/.test(what) ? what.split(' ').slice(0, 1) : []))
  }
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text === word
}

function describe(token: Token, source: string): string {
  const {start, end} = token.span
  return token.kind === 'end' ? 'at the end of the statement' : `at or near '${shortened(source.slice(start, end))}'`
}

function shortened(written: string): string {
  const line = written.split('\n', 1)[0] ?? ''
  return line.length > 40 || line.length < written.length ? `${line.slice(0, 40)}…` : line
}

/** `a, b or c`. */
function listed(alternatives: readonly string[]): string {
  if (alternatives.length > syntaxLimits.expectedListedMax) {
    return `${alternatives.slice(0, syntaxLimits.expectedListedMax).join(', ')}, …`
  }
  const last = alternatives.at(-1) ?? ''
  return alternatives.length === 1 ? last : `${alternatives.slice(0, -1).join(', ')} or ${last}`
}
