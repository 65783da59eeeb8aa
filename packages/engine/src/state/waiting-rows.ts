/** A binary heap of rows by time: whichever waits longest comes first. What a row is known by is up to its owner. */
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
      if (this.#times[parent]! <= timeMs) break
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
      if (child + 1 < size && this.#times[child + 1]! < this.#times[child]!) child++
      if (this.#times[child]! >= timeMs) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, timeMs, slot, number)
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
