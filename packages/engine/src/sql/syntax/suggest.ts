/**
 * The candidate closest to what was written, or `undefined` if none is close: one edit in a short word, two in one of
 * five letters or more. An edit inserts, drops, changes or swaps neighbouring characters. Case does not count.
 */
export function suggest(written: string, candidates: Iterable<string>): string | undefined {
  const word = written.toUpperCase()
  let best: string | undefined
  let bestDistance = word.length < 3 ? 0 : word.length < 5 ? 1 : 2
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate.toUpperCase(), bestDistance)
    if (distance === 0 || distance > bestDistance) continue
    best = candidate
    bestDistance = distance - 1
  }
  return best
}

/** Optimal string alignment distance; anything above `max` may come back as `max + 1`. */
function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1
  let beforePrevious: number[] = []
  let previous = Array.from({length: b.length + 1}, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      let cost = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (isSame ? 0 : 1))
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1)
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? max + 1
}
