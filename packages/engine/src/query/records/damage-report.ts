import type {Logger} from '../../base/logger.ts'
import type {LostRecords} from '../../groups/lost-records.ts'
import type {Damage, DamagePolicy} from '../../log/damage.ts'
import {topicConfig, type OnCorruptBatch} from '../../log/topic.ts'
import type {ProcessingLog} from '../../runtime/processing-log.ts'
import type {TopicRecord} from '../../storage/port/log-store.ts'

/** Tells the operator of damaged batches that readers without a task have skipped: consumers, pages, push and pull queries. */
export class DamageReport {
  readonly #processingLog: Pick<ProcessingLog, 'report'>
  readonly #logger: Logger
  #skipped = 0

  constructor(processingLog: Pick<ProcessingLog, 'report'>, logger: Logger) {
    this.#processingLog = processingLog
    this.#logger = logger
  }

  /** Batches, since the engine opened. */
  get skipped(): number {
    return this.#skipped
  }

  /** What a reader does where a batch of a topic is damaged: as it was asked to, else as the topic says. */
  policyOf(topic: TopicRecord, asked: OnCorruptBatch | undefined, reader: string): DamagePolicy {
    return {
      onCorruptBatch: asked ?? topicConfig(topic).onCorruptBatch,
      onSkipped: damage => this.skip(reader, damage),
    }
  }

  /** A consumer group whose log has lost what it had read goes on at `from`, or as it was asked to. */
  lost(reader: string, {topic, partition, from, reason}: LostRecords): void {
    this.#logger.warn({reader, topic, partition, from, reason}, 'records that were read are lost')
    this.#processingLog.report(reader, [{kind: 'lost-records', step: 'read', reason, topic, partition, offset: from}])
  }

  /** `reader`: who has skipped it, as the processing log names it in the place of a query. */
  skip(reader: string, {topic, partition, offset, reason}: Damage): void {
    this.#skipped++
    this.#logger.error({reader, topic, partition, offset, reason}, 'a damaged batch was skipped')
    this.#processingLog.report(reader, [{kind: 'corrupt-batch', step: 'read', reason, topic, partition, offset}])
  }
}
