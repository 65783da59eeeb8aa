/** Local storage may be switched off; then nothing is remembered, and nothing else changes. */
export function readStored(key: string): string | undefined {
  try {
    return localStorage.getItem(`millrace.${key}`) ?? undefined
  } catch {
    return undefined
  }
}

export function writeStored(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`millrace.${key}`)
    else localStorage.setItem(`millrace.${key}`, value)
  } catch {
    // Full or forbidden: the page works without it.
  }
}
