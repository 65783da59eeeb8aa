import type {Span} from './span.ts'

/** Both 1-based; the column counts UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Line ends are LF, CR LF and CR. An offset beyond the text is the place after its last character. */
export function locate(text: string, offset: number): Position {
  const end = Math.min(offset, text.length)
  let line = 1
  let lineStart = 0
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at)
    const isCrOfCrLf = code === 13 && text.charCodeAt(at + 1) === 10
    if (code !== 10 && (code !== 13 || isCrOfCrLf)) continue
    line++
    lineStart = at + 1
  }
  return {line, column: end - lineStart + 1}
}

/** How much of a long line is shown on each side of the mark. */
const excerptWidthMax = 60

/**
 * The line on which the span starts, cut around the span when it is long, and carets under the span's part of it:
 *
 *     SELEECT * FROM orders
 *     ^^^^^^^
 */
export function excerpt(text: string, span: Span): string {
  const start = Math.min(span.start, text.length)
  const {column} = locate(text, start)
  const lineStart = start - column + 1
  const breakAt = text.slice(start).search(/[\r\n]/)
  const lineEnd = breakAt < 0 ? text.length : start + breakAt
  const from = Math.max(lineStart, start - excerptWidthMax)
  const to = Math.min(lineEnd, Math.max(span.end, start) + excerptWidthMax)
  const shown = text.slice(from, to).replaceAll('\t', ' ')
  const lead = from > lineStart ? '…' : ''
  const tail = to < lineEnd ? '…' : ''
  const caretCount = Math.max(1, Math.min(span.end, to) - start)
  return `${lead}${shown}${tail}\n${' '.repeat(lead.length + start - from)}${'^'.repeat(caretCount)}`
}
