import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import {partitionKey} from '../record/record.ts'
import type {AppendBatch, AppendOptions, AppendOutcome, LogStore, ProducerStamp} from '../storage/port/log-store.ts'
import {retrying} from './retry.ts'

export type UnstampedBatch = Omit<AppendBatch, 'producer'>

export type AppenderOptions = {
  readonly log: LogStore
  readonly clock: Clock
  /** Unique to this appender: two that share one drop each other's batches. */
  readonly producerId: string
}

/**
 * Appends batches so that a failure may be tried again without storing anything twice: every batch carries this producer's
 * sequence for its partition. One call at a time is under way, so the order of calls is the order in the log.
 *
 * A failure that lasts longer than `limits.producerDeliveryMs` is given to the caller: what it sent may be stored or not. A
 * new epoch then begins, which keeps late attempts of the old one out.
 */
export class IdempotentAppender {
  readonly #log: LogStore
  readonly #clock: Clock
  readonly #id: string
  readonly #sequences = new Map<string, number>()
  #epoch = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor({log, clock, producerId}: AppenderOptions) {
    this.#log = log
    this.#clock = clock
    this.#id = producerId
  }

  /** One outcome per batch. A batch that was stored by an attempt whose answer got lost is `appended` or `duplicate`. */
  append(batches: readonly UnstampedBatch[], options: AppendOptions = {}): Promise<readonly AppendOutcome[]> {
    const turn = this.#last.then(() => this.#appendNow(batches, options))
    this.#last = turn.catch(() => {})
    return turn
  }

  async #appendNow(batches: readonly UnstampedBatch[], options: AppendOptions): Promise<readonly AppendOutcome[]> {
    const stamped = this.#stamp(batches)
    try {
      const outcomes = await retrying(this.#clock, () => this.#log.append(stamped, options))
      this.#settle(stamped, outcomes)
      return outcomes
    } catch (error) {
      this.#beginEpoch()
      throw error
    }
  }

  #stamp(batches: readonly UnstampedBatch[]): (UnstampedBatch & {readonly producer: ProducerStamp})[] {
    const next = new Map<string, number>()
    return batches.map(batch => {
      const at = partitionKey(batch)
      const sequence = next.get(at) ?? this.#sequences.get(at) ?? 0
      next.set(at, sequence + 1)
      return {...batch, producer: {id: this.#id, epoch: this.#epoch, sequence}}
    })
  }

  /** A partition's sequence moves by the batches that are stored; one that was refused breaks the row, and all begin anew. */
  #settle(batches: readonly (AppendBatch & {readonly producer: ProducerStamp})[], outcomes: readonly AppendOutcome[]): void {
    const isStored = (outcome: AppendOutcome) => outcome.kind === 'appended' || outcome.kind === 'duplicate'
    if (outcomes.some(outcome => outcome.kind === 'out-of-order' || outcome.kind === 'fenced')) return this.#beginEpoch()
    batches.forEach((batch, i) => {
      if (isStored(must(outcomes[i], 'outcome of a batch'))) this.#sequences.set(partitionKey(batch), batch.producer.sequence + 1)
    })
  }

  #beginEpoch(): void {
    this.#epoch++
    this.#sequences.clear()
  }
}
