/** Remembers the results of `make` for the last `entriesMax` different texts that came; a throw is not remembered. */
export function memoize<T>(make: (text: string) => T, entriesMax = 500): (text: string) => T {
  const known = new Map<string, T>()
  return text => {
    const hit = known.get(text)
    if (hit !== undefined) return hit
    const made = make(text)
    if (known.size >= entriesMax) {
      const oldest = known.keys().next()
      if (oldest.done !== true) known.delete(oldest.value)
    }
    known.set(text, made)
    return made
  }
}
