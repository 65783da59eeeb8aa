const hiddenMsMax = 30_000

const listeners = new Set<(isActive: boolean) => void>()
let isActive = true
let timer: ReturnType<typeof setTimeout> | undefined

const set = (value: boolean): void => {
  if (value === isActive) return
  isActive = value
  for (const listener of listeners) listener(value)
}

const changed = (): void => {
  clearTimeout(timer)
  if (document.hidden) timer = setTimeout(() => set(false), hiddenMsMax)
  else set(true)
}

/** Tells when the tab has been hidden for half a minute, and when it is looked at again. */
export function onActivity(listener: (isActive: boolean) => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', changed)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) document.removeEventListener('visibilitychange', changed)
  }
}
