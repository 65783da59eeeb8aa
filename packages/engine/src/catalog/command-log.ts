import {randomUUID} from 'node:crypto'
import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import {encodeBytes} from '../batch/encode-batch.ts'
import {openBatch} from '../batch/open-batch.ts'
import {IdempotentAppender} from '../log/appender.ts'
import {newTopic} from '../log/topic.ts'
import type {LogStore} from '../storage/port/log-store.ts'
import {Catalog} from './catalog.ts'
import {decodeCommand, encodeCommand} from './command-codec.ts'
import type {Command} from './command.ts'

export const commandTopic = 'millrace_commands'

/**
 * The catalog as the sequence of its commands, in a topic of its own. A command's offset is the version it was made for:
 * several processes agree on one order because the log takes commands only at the end that their writer has seen.
 */
export class CommandLog {
  readonly #log: LogStore
  readonly #clock: Clock
  readonly #appender: IdempotentAppender
  #catalog = Catalog.empty

  private constructor(log: LogStore, clock: Clock) {
    this.#log = log
    this.#clock = clock
    this.#appender = new IdempotentAppender({log, clock, producerId: randomUUID()})
  }

  static async open(log: LogStore, clock: Clock): Promise<CommandLog> {
    const createdAtMs = clock.nowMs()
    await log.createTopic(
      newTopic({
        name: commandTopic,
        partitions: 1,
        isInternal: true,
        createdAtMs,
        encoding: 'bytes',
        settings: {retentionMs: null},
      }),
    )
    const commands = new CommandLog(log, clock)
    await commands.catchUp()
    return commands
  }

  /** As far as this process has read. */
  get catalog(): Catalog {
    return this.#catalog
  }

  /** Reads what others have written since. Returns the commands in their order. */
  async catchUp(): Promise<readonly Command[]> {
    const news: Command[] = []
    for (;;) {
      const from = this.#catalog.version
      const [result] = await this.#log.read([{topic: commandTopic, partition: 0, from, bytesMax: 1 << 20}])
      const {batches, bounds} = must(result, 'read result')
      for (const batch of batches) {
        const {values} = openBatch(batch.bytes).blobs()
        for (let i = Math.max(0, this.#catalog.version - batch.baseOffset); i < batch.count; i++) {
          const command = decodeCommand(must(values.values[i], 'text of a command'))
          this.#catalog = this.#catalog.apply(command)
          news.push(command)
        }
      }
      if (this.#catalog.version >= bounds.end) return news
      if (batches.length === 0)
        throw new EngineError('STATE_CORRUPT', `${commandTopic} ends at ${bounds.end} and holds nothing from ${from} on`)
    }
  }

  /**
   * Writes commands that were checked against the catalog as it is here, all or none. `conflict`: somebody else wrote
   * first; catch up and check again. They are on replicas and disk then, where the store can say so; with ACKS_NOT_REACHED
   * they are written, and will be read by the next `catchUp`.
   */
  async append(commands: readonly Command[]): Promise<'appended' | 'conflict'> {
    if (commands.length === 0) return 'appended'
    const nowMs = this.#clock.nowMs()
    const bytes = encodeBytes({
      count: commands.length,
      timestamps: commands.map(() => nowMs),
      keys: {kind: 'text', values: commands.map(() => null)},
      values: {kind: 'text', values: commands.map(encodeCommand)},
    })
    const [outcome] = await this.#appender.append(
      [
        {
          topic: commandTopic,
          partition: 0,
          bytes,
          count: commands.length,
          maxTimestampMs: nowMs,
          expectedEnd: this.#catalog.version,
        },
      ],
      {acks: 'ALL'},
    )
    if (outcome?.kind === 'conflict') return 'conflict'
    if (outcome?.kind !== 'appended' && outcome?.kind !== 'duplicate')
      throw new EngineError('STATE_CORRUPT', `${commandTopic} refused a command: ${outcome?.kind}`)
    for (const command of commands) this.#catalog = this.#catalog.apply(command)
    return 'appended'
  }
}
