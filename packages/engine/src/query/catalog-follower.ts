import type {Catalog} from '../catalog/catalog.ts'
import type {CommandLog} from '../catalog/command-log.ts'
import type {Command} from '../catalog/command.ts'
import type {PersistentQueries} from './persistent.ts'
import type {TopicAdmin} from './topic-admin.ts'

/** Keeps this process in step with the catalog, which other processes change too; scripts take turns with that. */
export class CatalogFollower {
  readonly #commands: CommandLog
  readonly #queries: PersistentQueries
  readonly #topics: TopicAdmin
  readonly #news: {readonly command: Command; readonly before: Catalog}[] = []
  #lastTurn: Promise<unknown> = Promise.resolve()

  constructor(commands: CommandLog, queries: PersistentQueries, topics: TopicAdmin) {
    this.#commands = commands
    this.#queries = queries
    this.#topics = topics
  }

  /** As far as it was read. */
  get catalog(): Catalog {
    return this.#commands.catalog
  }

  /** With the topics as they are in storage: what the compiler asks of. */
  async withTopics(): Promise<Catalog> {
    return this.catalog.withTopics(await this.#topics.partitions())
  }

  /** Runs when all that came before is through. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(run)
    this.#lastTurn = turn.catch(() => {})
    return turn
  }

  /** Resolves when the last turn is through. */
  async idle(): Promise<void> {
    await this.#lastTurn
  }

  /** Between scripts: reads what other processes have done to the catalog, and says whether there was anything. */
  async follow(): Promise<boolean> {
    const {version} = this.catalog
    await this.inTurn(() => this.catchUp())
    return this.catalog.version > version
  }

  /**
   * The same inside a turn. A command stays first in line until it is followed, so that a storage that is away for a while keeps none
   * back for good.
   */
  async catchUp(): Promise<void> {
    const before = this.catalog
    for (const command of await this.#commands.catchUp()) this.#news.push({command, before})
    for (let next = this.#news[0]; next !== undefined; next = this.#news[0]) {
      await this.#queries.follow(next.command, next.before, this.catalog)
      this.#news.shift()
    }
  }
}
