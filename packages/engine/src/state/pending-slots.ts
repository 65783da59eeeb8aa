/** Slots in the order in which they came, each with the sequence of the commit that brought it. */
export class PendingSlots {
  #slots: number[] = []
  #sequences: number[] = []
  #head = 0

  get count(): number {
    return this.#slots.length - this.#head
  }

  /** Sequence of the oldest; Infinity when there is none. */
  get first(): number {
    return this.#sequences[this.#head] ?? Infinity
  }

  push(slot: number, sequence: number): void {
    this.#slots.push(slot)
    this.#sequences.push(sequence)
  }

  /** All from before a sequence, and the next oldest up to `max` in all. */
  take(max: number, before: number): number[] {
    let end = Math.min(this.#slots.length, this.#head + max)
    while (end < this.#slots.length && this.#sequences[end]! < before) end++
    const taken = this.#slots.slice(this.#head, end)
    this.#head = end
    if (this.#head * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head)
      this.#sequences = this.#sequences.slice(this.#head)
      this.#head = 0
    }
    return taken
  }
}
