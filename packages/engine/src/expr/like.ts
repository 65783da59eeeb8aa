/** What a LIKE pattern asks for: text between its `%`; `undefined` in a run stands for `_`, any one UTF-16 unit. */
export type LikePattern = readonly (readonly (string | undefined)[])[]

/** Splits a pattern at its `%`. The character after `escape` stands for itself. */
export function parseLike(pattern: string, escape?: string): LikePattern {
  const runs: (string | undefined)[][] = [[]]
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (char === escape && i + 1 < pattern.length) runs.at(-1)?.push(pattern.charAt(++i))
    else if (char === '%') runs.push([])
    else runs.at(-1)?.push(char === '_' ? undefined : char)
  }
  return runs
}

/** Does all of `text` match? */
export function matchesLike(text: string, runs: LikePattern): boolean {
  const first = runs[0] ?? []
  const last = runs.at(-1) ?? []
  if (runs.length === 1) return text.length === first.length && runMatches(text, 0, first)
  if (text.length < first.length + last.length) return false
  if (!runMatches(text, 0, first) || !runMatches(text, text.length - last.length, last)) return false
  const end = text.length - last.length
  let from = first.length
  for (const run of runs.slice(1, -1)) {
    while (from + run.length <= end && !runMatches(text, from, run)) from++
    if (from + run.length > end) return false
    from += run.length
  }
  return true
}

function runMatches(text: string, at: number, run: readonly (string | undefined)[]): boolean {
  for (let i = 0; i < run.length; i++) if (run[i] !== undefined && text.charAt(at + i) !== run[i]) return false
  return true
}
