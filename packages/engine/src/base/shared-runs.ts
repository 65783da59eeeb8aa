type Runs<T> = {readonly running: Promise<T>; next?: Promise<T>}

/**
 * Work that is too much to be done for everybody at once: those who ask for it while it is under way share one run after that.
 * What anybody gets was begun after he asked.
 */
export class SharedRuns<T> {
  readonly #runs = new Map<string, Runs<T>>()

  /** `key` names the work. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const runs = this.#runs.get(key)
    if (runs) return (runs.next ??= runs.running.catch(() => {}).then(() => this.#start(key, work)))
    return this.#start(key, work)
  }

  #start(key: string, work: () => Promise<T>): Promise<T> {
    const runs: Runs<T> = {running: work()}
    this.#runs.set(key, runs)
    const forget = (): void => {
      if (this.#runs.get(key) === runs && !runs.next) this.#runs.delete(key)
    }
    runs.running.then(forget, forget)
    return runs.running
  }
}
