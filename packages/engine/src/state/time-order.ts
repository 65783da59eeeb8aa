/** A growing list of times, kept ascending and taken from the front. Times arrive almost in order. */
export class TimeOrder {
  #times: number[] = []
  #head = 0

  get size(): number {
    return this.#times.length - this.#head
  }

  get first(): number | undefined {
    return this.#times[this.#head]
  }

  add(timeMs: number): void {
    let at = this.#times.length
    while (at > this.#head && this.#times[at - 1]! > timeMs) at--
    if (at === this.#times.length) this.#times.push(timeMs)
    else this.#times.splice(at, 0, timeMs)
  }

  shift(): void {
    this.#head++
    if (this.#head > 1024 && this.#head * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#head)
      this.#head = 0
    }
  }

  *[Symbol.iterator](): Generator<number> {
    for (let i = this.#head; i < this.#times.length; i++) yield this.#times[i]!
  }
}
