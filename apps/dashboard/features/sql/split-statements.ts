/** A statement without its semicolon and the blanks around it; `from` counts characters from the start of the script. */
export type StatementText = {readonly text: string; readonly from: number}

/** What must be skipped as a whole: comments, and quoted text in which a doubled quote stands for itself. */
const opaque = /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|;/g

/** Cuts a script at its semicolons, and nowhere inside quotes or comments. */
export function splitStatements(script: string): readonly StatementText[] {
  const found: StatementText[] = []
  let from = 0
  const take = (to: number): void => {
    const text = script.slice(from, to)
    if (bare(text) !== '') found.push({text: text.trim(), from: from + text.length - text.trimStart().length})
    from = to + 1
  }
  for (const match of script.matchAll(opaque)) if (match[0] === ';') take(match.index)
  take(script.length)
  return found
}

/** Without comments and quoted text: what decides the kind of a statement. */
const bare = (text: string): string => text.replace(opaque, match => (/^(--|\/\*)/.test(match) ? ' ' : "''")).trim()

export type StatementKind = 'push' | 'pull' | 'other'

/** A query streams when it says EMIT, and is answered once when it does not; all else is executed. */
export function kindOf(statement: string): StatementKind {
  const text = bare(statement)
  if (!/^\(*\s*(SELECT|WITH)\b/i.test(text)) return 'other'
  return /\bEMIT\s+(CHANGES|FINAL)\b/i.test(text) ? 'push' : 'pull'
}

/** The position of a line and a column, which count from 1. */
export function offsetAt(text: string, line: number, column: number): number {
  let start = 0
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', start)
    if (end < 0) break
    start = end + 1
  }
  return Math.min(text.length, start + column - 1)
}

/** The line and column of a position, from 1. */
export function placeAt(text: string, offset: number): {readonly line: number; readonly column: number} {
  const before = text.slice(0, offset)
  return {line: before.split('\n').length, column: offset - before.lastIndexOf('\n')}
}
