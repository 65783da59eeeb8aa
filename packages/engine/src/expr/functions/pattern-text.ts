import {EvaluationError} from '../evaluation-error.ts'

/** A regular expression being read, code point by code point. */
export class PatternText {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  peek(): string | undefined {
    const code = this.#text.codePointAt(this.#at)
    return code === undefined ? undefined : String.fromCodePoint(code)
  }

  take(): string {
    const sign = this.peek() ?? this.refuse('the end of the pattern')
    this.#at += sign.length
    return sign
  }

  isBefore(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  accept(text: string): boolean {
    if (!this.isBefore(text)) return false
    this.#at += text.length
    return true
  }

  /** What a sticky expression matches here, taken. */
  match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at
    const match = expression.exec(this.#text)
    if (match === null) return undefined
    this.#at += match[0].length
    return match[0]
  }

  /** Everything up to `end`, which is taken too, or to the end of the text. */
  upTo(end: string): string {
    const found = this.#text.indexOf(end, this.#at)
    const result = this.#text.slice(this.#at, found < 0 ? undefined : found)
    this.#at = found < 0 ? this.#text.length : found + end.length
    return result
  }

  /** White space and `# …` comments, which the flag x allows. */
  skipComments(): void {
    this.match(/(?:[\t-\r ]|#[^\n\r]*)*/y)
  }

  refuse(found: string): never {
    throw new EvaluationError(`Invalid regular expression pattern: ${this.#text} (found ${found} at character ${this.#at})`)
  }
}
