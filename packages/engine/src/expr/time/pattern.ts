import {EvaluationError} from '../evaluation-error.ts'

/** A Java `DateTimeFormatter` pattern, taken apart. */
export type PatternToken =
  | {readonly kind: 'literal'; readonly text: string}
  /** `reserved`: digits that belong to the fields which follow without a gap, so that `yyyyMMdd` knows where the year ends. */
  | {
      readonly kind: 'field'
      readonly letter: string
      readonly count: number
      readonly reserved: number
      readonly isAdjacent: boolean
    }
  | {readonly kind: 'optional'; readonly tokens: readonly PatternToken[]}

/** The most letters in a row that Java allows, by letter. */
const COUNT_MAX: Readonly<Record<string, number>> = {
  G: 5, u: 19, y: 19, D: 3, M: 5, L: 5, d: 2, Q: 5, q: 5, Y: 19, w: 2, W: 1, E: 5, e: 5, c: 5, F: 1,
  a: 1, h: 2, K: 2, k: 2, H: 2, m: 2, s: 2, S: 9, A: 19, n: 19, N: 19, V: 2, z: 4, O: 4, X: 5, x: 5, Z: 5,
} // prettier-ignore

const TOKEN = /'((?:[^']|'')*)'|([a-zA-Z])\2*|[\s\S]/y

/** Throws EvaluationError for a pattern that Java refuses, and for `p`, `B` and `g`, which are not supported. */
export function parsePattern(pattern: string): readonly PatternToken[] {
  const open: PatternToken[][] = [[]]
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(pattern); match !== null; match = TOKEN.exec(pattern)) {
    const [text, quoted, letter] = match
    const tokens = open.at(-1) ?? []
    if (quoted !== undefined) tokens.push({kind: 'literal', text: quoted === '' ? "'" : quoted.replaceAll("''", "'")})
    else if (letter !== undefined) tokens.push(field(letter, text.length, pattern))
    else if (text === '[') open.push([])
    else if (text === ']') {
      if (open.length === 1) return refuse(pattern, 'a ] without a [ before it')
      open.pop()
      open.at(-1)?.push({kind: 'optional', tokens: reserve(tokens)})
    } else if (/['{}#]/.test(text))
      return refuse(pattern, text === "'" ? 'a quote that is not closed' : `the reserved character ${text}`)
    else tokens.push({kind: 'literal', text})
  }
  // Sections that are left open end with the pattern.
  while (open.length > 1) {
    const tokens = open.pop() ?? []
    open.at(-1)?.push({kind: 'optional', tokens: reserve(tokens)})
  }
  return reserve(open[0] ?? [])
}

function field(letter: string, count: number, pattern: string): PatternToken {
  const countMax = COUNT_MAX[letter]
  if (countMax === undefined) return refuse(pattern, `the unknown pattern letter ${letter}`)
  const isValid = letter === 'V' ? count === 2 : letter === 'O' ? count === 1 || count === 4 : count <= countMax
  if (!isValid) return refuse(pattern, `${count} times the pattern letter ${letter}`)
  return {kind: 'field', letter, count, reserved: 0, isAdjacent: false}
}

function refuse(pattern: string, found: string): never {
  throw new EvaluationError(`Invalid date and time pattern '${pattern}': found ${found}`)
}

/** Digits that a field always has, if it is a number of fixed width. */
function fixedWidth(token: PatternToken | undefined): number {
  if (token?.kind !== 'field') return 0
  if (token.letter === 'S') return token.count
  if (token.letter === 'D') return token.count === 3 ? 3 : 0
  return token.count === 2 && /[uydMLQqwhHkKms]/.test(token.letter) ? 2 : 0
}

const isNumber = (token: PatternToken | undefined) =>
  token?.kind === 'field' && (/[uyDdhHkKmsSAnN]/.test(token.letter) || (/[MLQq]/.test(token.letter) && token.count <= 2))

function reserve(tokens: readonly PatternToken[]): readonly PatternToken[] {
  return tokens.map((token, i) => {
    if (token.kind !== 'field' || !isNumber(token)) return token
    let reserved = 0
    if (fixedWidth(token) === 0) for (let next = i + 1; fixedWidth(tokens[next]) > 0; next++) reserved += fixedWidth(tokens[next])
    return {...token, reserved, isAdjacent: isNumber(tokens[i + 1]) || isNumber(tokens[i - 1])}
  })
}
