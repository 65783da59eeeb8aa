import {decimalToText, parseDecimal} from '../decimal.ts'
import {EvaluationError} from '../evaluation-error.ts'

/** JSON values that remember how numbers were spelt: `1.50` stays `1.50`, and 64 bits keep all their digits. */
export type JsonNode =
  | {readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode>}
  | {readonly kind: 'array'; readonly items: readonly JsonNode[]}
  | {readonly kind: 'string'; readonly value: string}
  | {readonly kind: 'number'; readonly text: string}
  | {readonly kind: 'word'; readonly text: 'true' | 'false' | 'null'}

const NESTING_MAX = 1000
const BLANK = /[ \t\r\n]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y
const WORD = /(?:true|false|null)(?!\w)/y
// oxlint-disable-next-line no-control-regex -- JSON forbids exactly these characters in texts
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

/**
 * The first JSON value of a text, whatever follows it; undefined for blank text. Throws EvaluationError for text that does not
 * begin with a JSON value, and past 1,000 levels of nesting.
 */
export function parseJson(text: string): JsonNode | undefined {
  const reader = new Reader(text)
  return reader.isAtEnd() ? undefined : reader.value(0)
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    this.#take(BLANK)
    return this.#at >= this.#text.length
  }

  value(depth: number): JsonNode {
    if (depth > NESTING_MAX) throw new EvaluationError(`Invalid JSON: more than ${NESTING_MAX} levels of nesting`)
    this.#take(BLANK)
    switch (this.#text[this.#at]) {
      case '{':
        return {kind: 'object', members: this.#members(depth)}
      case '[':
        return {kind: 'array', items: this.#items(depth)}
      case '"':
        return {kind: 'string', value: this.#string()}
    }
    const word = this.#take(WORD)
    if (word === 'true' || word === 'false' || word === 'null') return {kind: 'word', text: word}
    return {kind: 'number', text: this.#take(NUMBER) ?? this.#refuse()}
  }

  #members(depth: number): Map<string, JsonNode> {
    const members = new Map<string, JsonNode>()
    this.#at++
    if (this.#accept('}')) return members
    do {
      this.#take(BLANK)
      const name = this.#string()
      if (!this.#accept(':')) this.#refuse()
      members.set(name, this.value(depth + 1))
    } while (this.#accept(','))
    return this.#accept('}') ? members : this.#refuse()
  }

  #items(depth: number): JsonNode[] {
    const items: JsonNode[] = []
    this.#at++
    if (this.#accept(']')) return items
    do items.push(this.value(depth + 1))
    while (this.#accept(','))
    return this.#accept(']') ? items : this.#refuse()
  }

  #string(): string {
    const quoted = this.#take(STRING) ?? this.#refuse()
    return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
  }

  #accept(sign: string): boolean {
    this.#take(BLANK)
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match[0]
  }

  #refuse(): never {
    const found = this.#at < this.#text.length ? `'${this.#text.slice(this.#at, this.#at + 20)}'` : 'the end'
    throw new EvaluationError(`Invalid JSON at character ${this.#at + 1}: found ${found}`)
  }
}

/** Compact JSON text; numbers without exponent, otherwise as they were spelt. */
export function printJson(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${[...node.members].map(([name, member]) => `${JSON.stringify(name)}:${printJson(member)}`).join(',')}}`
    case 'array':
      return `[${node.items.map(printJson).join(',')}]`
    case 'string':
      return JSON.stringify(node.value)
    case 'number':
      return printNumber(node.text)
    default:
      return node.text
  }
}

function printNumber(text: string): string {
  const exact = /[eE]/.test(text) ? parseDecimal(text) : undefined
  return exact === undefined ? text : decimalToText(exact.unscaled, exact.scale)
}
