export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Asks again until the answer is something; a throw counts as not yet. Fails after `ms`, saying what came last. */
export async function until<T>(what: string, ask: () => T | Promise<T>, ms = 30_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + ms
  for (let last: unknown; ; await sleep(20)) {
    try {
      const answer = await ask()
      if (answer) return answer
      last = answer
    } catch (error) {
      last = error
    }
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}; last: ${String(last)}`)
  }
}
