import {daysFromCivil} from '../temporal-text.ts'
import type {PatternToken} from './pattern.ts'

type Part = {readonly letter: string; readonly at: number; readonly count: number}

const FIXED: Readonly<Record<string, number>> = {y: 4, u: 4, M: 2, d: 2, H: 2, m: 2, s: 2}

/**
 * A fast reader for patterns in which every character has its place, such as `yyyy-MM-dd'T'HH:mm:ss.SSS`: it gives the local
 * time in ms, or undefined for text that it leaves to the careful reader (another length or case, a value out of range).
 * Undefined for other patterns.
 */
export function fixedLayout(tokens: readonly PatternToken[]): ((text: string) => number | undefined) | undefined {
  const parts: Part[] = []
  let template = ''
  for (const token of tokens) {
    if (token.kind === 'literal') template += token.text
    else if (token.kind === 'field' && (token.letter === 'S' || FIXED[token.letter] === token.count)) {
      parts.push({letter: token.letter, at: template.length, count: token.count})
      template += '0'.repeat(token.count)
    } else return undefined
  }
  if (new Set(parts.map(({letter}) => letter)).size < parts.length) return undefined
  const literals = literalPlaces(template, parts)
  return text => {
    if (text.length !== template.length) return undefined
    for (const at of literals) if (text.charCodeAt(at) !== template.charCodeAt(at)) return undefined
    return readParts(text, parts)
  }
}

function literalPlaces(template: string, parts: readonly Part[]): number[] {
  const isField = (at: number) => parts.some(part => at >= part.at && at < part.at + part.count)
  return Array.from({length: template.length}, (_, at) => at).filter(at => !isField(at))
}

function readParts(text: string, parts: readonly Part[]): number | undefined {
  let [year, month, day, hour, minute, second, ms] = [1970, 1, 1, 0, 0, 0, 0]
  for (const {letter, at, count} of parts) {
    let value = 0
    for (let i = at; i < at + count; i++) {
      const digit = text.charCodeAt(i) - 48
      if (digit < 0 || digit > 9) return undefined
      value = value * 10 + digit
    }
    if (letter === 'M') month = value
    else if (letter === 'd') day = value
    else if (letter === 'H') hour = value
    else if (letter === 'm') minute = value
    else if (letter === 's') second = value
    else if (letter === 'S') ms = count > 3 ? Math.floor(value / 10 ** (count - 3)) : value * 10 ** (3 - count)
    else year = value
  }
  if (year < 1 || hour > 23 || minute > 59 || second > 59) return undefined
  const days = daysFromCivil(year, month, day)
  return days === undefined ? undefined : ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + ms
}
