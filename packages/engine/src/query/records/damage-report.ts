import type {Logger} from '../../base/logger.ts'
import type {Damage} from '../../log/damage.ts'
import type {ProcessingLog} from '../../runtime/processing-log.ts'

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

  /** `reader`: who has skipped it, as the processing log names it in the place of a query. */
  skip(reader: string, {topic, partition, offset, reason}: Damage): void {
    this.#skipped++
    this.#logger.error({reader, topic, partition, offset, reason}, 'a damaged batch was skipped')
    this.#processingLog.report(reader, [{kind: 'corrupt-batch', step: 'read', reason, topic, partition, offset}])
  }
}
