import type {LogStore} from '../storage/port/log-store.ts'

/** Hears that another server may have taken a log over: what was read until then may be lost, and is to be looked for. */
export class LossWatch {
  readonly #log: LogStore
  readonly #onDue: () => void
  #stop = (): void => {}
  #isDue = false

  constructor(log: LogStore, onDue: () => void) {
    this.#log = log
    this.#onDue = onDue
  }

  /** From now on, until `close`. */
  open(): void {
    this.#stop = this.#log.onTakeover(() => this.suspect())
  }

  /** Until `settle`, nothing that a log says may be put behind what was read before. */
  get isDue(): boolean {
    return this.#isDue
  }

  suspect(): void {
    this.#isDue = true
    this.#onDue()
  }

  /** What was read is held against the log now. */
  settle(): void {
    this.#isDue = false
  }

  close(): void {
    this.#stop()
  }
}
