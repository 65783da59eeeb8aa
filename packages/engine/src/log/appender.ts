import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import {limits} from '../limits.ts'
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

type Attempt = {readonly outcomes: readonly AppendOutcome[]; readonly forgotten: readonly number[]}

type Waiting = {
  readonly batches: readonly UnstampedBatch[]
  readonly options: AppendOptions
  readonly resolve: (outcomes: readonly AppendOutcome[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Appends batches so that a failure may be tried again without storing anything twice: every batch carries this producer's
 * sequence for its partition. The order of calls is the order in the log: one append at a time is under way, and calls that
 * come meanwhile go together in the next one.
 *
 * A failure that lasts longer than `limits.producerDeliveryMs` is given to the caller: what it sent may be stored or not. A
 * new epoch then begins, which keeps late attempts of the old one out. A partition that knows less of this producer than it
 * acknowledged (the topic was made again, a failover lost records, many other producers came since) does not have what it refuses:
 * that is appended again, in a new epoch.
 */
export class IdempotentAppender {
  readonly #log: LogStore
  readonly #clock: Clock
  readonly #id: string
  readonly #sequences = new Map<string, number>()
  readonly #waiting: Waiting[] = []
  #epoch = 0
  #isRunning = false

  constructor({log, clock, producerId}: AppenderOptions) {
    this.#log = log
    this.#clock = clock
    this.#id = producerId
  }

  /** One outcome per batch. A batch that was stored by an attempt whose answer got lost is `appended` or `duplicate`. */
  append(batches: readonly UnstampedBatch[], options: AppendOptions = {}): Promise<readonly AppendOutcome[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({batches, options, resolve, reject})
      if (!this.#isRunning) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    // A microtask later: calls of the same turn go together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const taken = takeTogether(this.#waiting)
      try {
        const first = must(taken[0], 'first call')
        const isAlone = taken.length === 1
        const outcomes = await this.#appendNow(isAlone ? first.batches : taken.flatMap(({batches}) => batches), first.options)
        let from = 0
        for (const {batches, resolve} of taken) resolve(isAlone ? outcomes : outcomes.slice(from, (from += batches.length)))
      } catch (error) {
        for (const {reject} of taken) reject(error)
      }
    }
    this.#isRunning = false
  }

  async #appendNow(batches: readonly UnstampedBatch[], options: AppendOptions): Promise<readonly AppendOutcome[]> {
    const {outcomes, forgotten} = await this.#attempt(batches, options)
    if (forgotten.length === 0) return outcomes
    const refused = options.isAtomic ? [...batches.keys()] : forgotten
    const again = await this.#attempt(
      refused.map(i => must(batches[i], 'batch')),
      options,
    )
    return outcomes.map((outcome, i) => again.outcomes[refused.indexOf(i)] ?? outcome)
  }

  /** `forgotten`: indexes of the batches that were refused because the partition does not know the ones before. */
  async #attempt(batches: readonly UnstampedBatch[], options: AppendOptions): Promise<Attempt> {
    const stamped = this.#stamp(batches)
    try {
      const outcomes = await retrying(this.#clock, () => this.#log.append(stamped, options))
      this.#settle(stamped, outcomes)
      const forgotten = stamped.flatMap(({producer}, i) => (isForgotten(outcomes[i], producer) ? [i] : []))
      return {outcomes, forgotten}
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
      // The spread comes last: V8 takes a microsecond to add to a copy, and a hidden class.
      return {producer: {id: this.#id, epoch: this.#epoch, sequence}, ...batch}
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

const isForgotten = (outcome: AppendOutcome | undefined, {sequence}: ProducerStamp): boolean =>
  outcome?.kind === 'out-of-order' && outcome.expectedSequence < sequence

/** Removes the calls of the next append: an atomic one stands alone. */
function takeTogether(waiting: Waiting[]): readonly Waiting[] {
  if (waiting.length === 1) return waiting.splice(0)
  const [first] = waiting
  const {acks, isAtomic = false} = must(first, 'first call').options
  let count = 0
  let batches = 0
  let bytes = 0
  for (const call of waiting) {
    batches += call.batches.length
    bytes += call.batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
    const fits = batches <= limits.producerBatchesPerAppendMax && bytes <= limits.batchBytesMax
    if (count > 0 && (isAtomic || call.options.isAtomic === true || call.options.acks !== acks || !fits)) break
    count++
  }
  return waiting.splice(0, count)
}
