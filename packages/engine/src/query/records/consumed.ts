import type {ConsumedBatch, LogRecord, RecordColumns} from '../../engine-api.ts'
import type {GroupBatch} from '../../groups/share.ts'
import type {Offset} from '../../record/record.ts'
import type {RecordPart} from './record-batch.ts'

/** What a member of a group is given at a time. */
export class Consumed implements ConsumedBatch {
  readonly topic: string
  readonly partition: number
  readonly memberId: string
  readonly generation: number
  readonly #part: RecordPart

  constructor({topic, partition, part, memberId, generation}: GroupBatch<RecordPart>) {
    this.topic = topic
    this.partition = partition
    this.memberId = memberId
    this.generation = generation
    this.#part = part
  }

  get count(): number {
    return this.#part.count
  }

  get nextOffset(): Offset {
    return this.#part.nextOffset
  }

  get values(): readonly unknown[] {
    return this.#part.values
  }

  get records(): readonly LogRecord[] {
    return this.#part.records
  }

  get columns(): RecordColumns | undefined {
    return this.#part.columns
  }
}
