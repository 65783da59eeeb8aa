const waiting = new Set<() => void>()
let isScheduled = false

/** Runs each function once in the next animation frame, however often it is asked for. A hidden tab waits. */
export function onNextFrame(run: () => void): void {
  waiting.add(run)
  if (isScheduled) return
  isScheduled = true
  requestAnimationFrame(() => {
    isScheduled = false
    const now = [...waiting]
    waiting.clear()
    for (const each of now) each()
  })
}
