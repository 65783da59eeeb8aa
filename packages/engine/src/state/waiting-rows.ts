/** A binary heap of rows by time, those of one time by number: whichever waits longest comes first. */
export class WaitingRows {
  readonly #times: number[] = []
  readonly #slots: number[] = []
  readonly #numbers: number[] = []

  /** Time, slot and number of the first row; of an empty heap: Infinity, -1, -1. */
  get firstTime(): number {
    return this.#times[0] ?? Infinity
  }

  get firstSlot(): number {
    return this.#slots[0] ?? -1
  }

  get firstNumber(): number {
    return this.#numbers[0] ?? -1
  }

  add(timeMs: number, slot: number, number: number): void {
    let at = this.#times.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isAfter(parent, timeMs, number)) break
      this.#move(parent, at)
      at = parent
    }
    this.#put(at, timeMs, slot, number)
  }

  shift(): void {
    const [timeMs, slot, number] = [this.#times.pop(), this.#slots.pop(), this.#numbers.pop()]
    const size = this.#times.length
    if (size === 0 || timeMs === undefined || slot === undefined || number === undefined) return
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#isAfter(child, this.#times[child + 1]!, this.#numbers[child + 1]!)) child++
      if (this.#isAfter(child, timeMs, number)) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, timeMs, slot, number)
  }

  #isAfter(at: number, timeMs: number, number: number): boolean {
    const time = this.#times[at]!
    return time > timeMs || (time === timeMs && this.#numbers[at]! > number)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from]!, this.#slots[from]!, this.#numbers[from]!)
  }

  #put(at: number, timeMs: number, slot: number, number: number): void {
    this.#times[at] = timeMs
    this.#slots[at] = slot
    this.#numbers[at] = number
  }
}
