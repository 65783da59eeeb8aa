import {EngineError} from '../base/errors.ts'
import {LogMarks} from '../groups/log-marks.ts'
import {LossWatch} from '../groups/loss-watch.ts'
import {findLostRecords} from '../groups/lost-records.ts'
import type {TopicPartition} from '../record/record.ts'
import type {LogStore, StoredBatch} from '../storage/port/log-store.ts'

/** What a task has read, held against its inputs whenever another server may have taken them over. */
export class InputWatch {
  readonly #log: LogStore
  readonly #inputs: readonly {readonly at: TopicPartition; readonly marks: LogMarks}[]
  readonly #watch: LossWatch

  constructor(log: LogStore, inputs: readonly TopicPartition[]) {
    this.#log = log
    this.#inputs = inputs.map(at => ({at, marks: new LogMarks()}))
    this.#watch = new LossWatch(log, () => {})
    this.#watch.open()
  }

  /** Until `check`, nothing that an input says may be put behind what was read before. */
  get isDue(): boolean {
    return this.#watch.isDue
  }

  add(input: number, batch: StoredBatch): void {
    this.#inputs[input]?.marks.add(batch)
  }

  /** Retryable EngineError where an input has lost what was read of it: what was made of that is to be forgotten. */
  async check(): Promise<void> {
    this.#watch.settle()
    const lost = await findLostRecords(
      this.#log,
      this.#inputs.map(({at, marks}) => ({at, marks: marks.all})),
    )
    const [first] = lost.filter(each => each !== undefined)
    if (first) throw new EngineError('STORAGE_UNAVAILABLE', `An input has lost records: ${first.reason}.`)
  }

  close(): void {
    this.#watch.close()
  }
}
