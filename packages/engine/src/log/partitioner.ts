import {EngineError} from '../base/errors.ts'
import {partitionOfKey} from '../serde/placement.ts'

/** Where a record goes: the partition it names, else the one of its key, else the one that keyless records stick to. */
export class Partitioner {
  readonly #partitions: number
  #sticky: number

  /** `start`: any whole number; different producers should begin with different ones. */
  constructor(partitions: number, start = 0) {
    this.#partitions = partitions
    this.#sticky = start % partitions
  }

  partition(key: Uint8Array | null, explicit?: number): number {
    if (explicit !== undefined) {
      if (Number.isInteger(explicit) && explicit >= 0 && explicit < this.#partitions) return explicit
      const message = `found partition ${explicit}, expected 0 to ${this.#partitions - 1}`
      throw new EngineError('PARTITION_NOT_FOUND', message, {partition: explicit})
    }
    return key === null ? this.#sticky : partitionOfKey(key, this.#partitions)
  }

  /** A batch was sent: keyless records go to the next partition from here on, so that batches are large and spread evenly. */
  nextBatch(): void {
    this.#sticky = (this.#sticky + 1) % this.#partitions
  }
}
