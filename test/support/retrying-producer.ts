import {Refusal, type ApiClient, type ProduceInput} from './api-client.ts'
import {sleep} from './until.ts'

type Unplaced = Omit<ProduceInput['records'][number], 'partition'>

/**
 * Sends records to one partition, batch after batch, each again until it is acknowledged: under the same sequence, so that one
 * whose answer was lost is stored once.
 */
export class RetryingProducer {
  readonly #client: ApiClient
  readonly #to: {readonly topic: string; readonly partition: number; readonly acks: 'LEADER' | 'ALL'}
  readonly #id: string
  #sequence = 0
  #acknowledged = 0
  #retries = 0
  #duplicates = 0

  constructor(
    client: ApiClient,
    to: {readonly topic: string; readonly partition: number; readonly acks?: 'LEADER' | 'ALL'},
    id: string,
  ) {
    this.#client = client
    this.#to = {acks: 'LEADER', ...to}
    this.#id = id
  }

  /** Records that the server said it has. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Batches that were sent again, and those of them that turned out to be stored already. */
  get retries(): {readonly sent: number; readonly duplicates: number} {
    return {sent: this.#retries, duplicates: this.#duplicates}
  }

  async sendAll(records: readonly Unplaced[], batchSize: number): Promise<void> {
    for (let from = 0; from < records.length; from += batchSize) await this.#send(records.slice(from, from + batchSize))
  }

  async #send(records: readonly Unplaced[]): Promise<void> {
    const {topic, partition, acks} = this.#to
    const producer = {id: this.#id, epoch: 0, sequence: this.#sequence++}
    const input = {topic, acks, producer, records: records.map(record => ({...record, partition}))}
    const giveUpMs = Date.now() + 60_000
    for (;;) {
      try {
        const {accepted, isDuplicate} = await this.#client.produce(input)
        this.#acknowledged += accepted
        if (isDuplicate) this.#duplicates++
        return
      } catch (error) {
        if (error instanceof Refusal || Date.now() > giveUpMs) throw error
        this.#retries++
        await sleep(30)
      }
    }
  }
}
