import type {Offset} from '../record/record.ts'

/** Records of one partition that were handed out and are not committed yet. */
export class Unacked {
  #runs: {readonly offsets: ArrayLike<Offset>; from: number}[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  add(offsets: ArrayLike<Offset>): void {
    if (offsets.length === 0) return
    this.#runs.push({offsets, from: 0})
    this.#count += offsets.length
  }

  /** Everything below `next` is committed. */
  ack(next: Offset): void {
    if (this.#count === 0) return
    const left = this.#runs.filter(run => {
      while ((run.offsets[run.from] ?? Infinity) < next) {
        run.from++
        this.#count--
      }
      return run.from < run.offsets.length
    })
    this.#runs = left
  }
}
