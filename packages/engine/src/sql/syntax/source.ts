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
