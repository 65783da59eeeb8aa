import {eitherSignal} from '../base/abort.ts'
import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import type {Logger} from '../base/logger.ts'
import type {ExecuteOptions, PullOptions, PullRows, PushOptions, PushSubscription, SqlRejection} from '../engine-api.ts'
import {limits} from '../limits.ts'
import {corruptPolicyIn, type DamagePolicy} from '../log/damage.ts'
import type {PullPlan} from '../plan/pull-plan.ts'
import {evaluationEnv} from '../runtime/evaluation.ts'
import {CommittedState} from '../state/committed-state.ts'
import type {TopicRecord} from '../storage/port/log-store.ts'
import type {Storage} from '../storage/port/storage.ts'
import type {CatalogFollower} from './catalog-follower.ts'
import type {PersistentQueries} from './persistent.ts'
import {Feeds} from './push/feeds.ts'
import {openPush} from './push/open-push.ts'
import type {DamageReport} from './records/damage-report.ts'
import {orRejection} from './rejection.ts'
import {runPull, type PullContext} from './run-select.ts'
import {selectOf, type Compiler, type Select, type Settings} from './statements/compiler.ts'

type SelectsEnv = {
  readonly storage: Storage
  readonly clock: Clock
  readonly logger: Logger
  readonly queries: PersistentQueries
  readonly follower: CatalogFollower
  readonly compiler: Compiler
  readonly damage: DamageReport
  /** Ends what runs. */
  readonly closing: AbortSignal
}

/** Pull and push queries, from their text to their rows. */
export class Selects {
  readonly #env: SelectsEnv
  readonly #feeds = new Feeds()
  readonly #committed: CommittedState
  #pushSubscriptions = 0
  #pullQueries = 0

  constructor(env: SelectsEnv) {
    this.#env = env
    this.#committed = new CommittedState(env.storage.state)
  }

  /** Push queries that run, and pull queries since the engine opened. */
  get totals(): {readonly pushSubscriptions: number; readonly pullQueries: number} {
    return {pushSubscriptions: this.#pushSubscriptions, pullQueries: this.#pullQueries}
  }

  async pull(sql: string, options: PullOptions): Promise<PullRows | SqlRejection> {
    const compiled = await this.#compile(sql, options, 'pull')
    if (compiled.kind === 'rejected') return compiled
    this.#pullQueries++
    const context = this.#pullContext(compiled.settings, `query: ${sql}`)
    return orRejection(sql, () => runPull(compiled.statement.plan, context, {after: options.after, signal: options.signal}))
  }

  /** As part of a script. */
  pullInScript(plan: PullPlan, settings: Settings): Promise<PullRows> {
    return runPull(plan, this.#pullContext(settings, 'a statement'), {after: undefined, signal: this.#env.closing})
  }

  async push(sql: string, options: PushOptions): Promise<PushSubscription | SqlRejection> {
    const compiled = await this.#compile(sql, options, 'push')
    if (compiled.kind === 'rejected') return compiled
    if (this.#pushSubscriptions >= limits.pushSubscriptionsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `${this.#pushSubscriptions} push queries run already, expected fewer than ${limits.pushSubscriptionsMax}`,
      )
    const {settings, statement} = compiled
    const {storage, clock, logger, damage, closing} = this.#env
    const signal = eitherSignal(closing, options.signal)
    this.#pushSubscriptions++
    const onEnd = (): void => void this.#pushSubscriptions--
    try {
      const ofSession = corruptPolicyIn(settings)
      const policyOf = (topic: TopicRecord): DamagePolicy => damage.policyOf(topic, ofSession, `query: ${sql}`)
      return await openPush(
        {storage, feeds: this.#feeds, clock, logger, policyOf},
        {
          plan: statement.plan,
          sql,
          evaluation: evaluationEnv(settings, clock),
          start: settings['auto.offset.reset'] === 'earliest' ? 'earliest' : 'latest',
          after: options.after,
          signal,
          onEnd,
        },
      )
    } catch (error) {
      onEnd()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#feeds.close()
  }

  async #compile<K extends 'pull' | 'push'>(sql: string, options: ExecuteOptions, kind: K): Promise<Select<K> | SqlRejection> {
    const {compiler, follower} = this.#env
    // A pull asks for nothing that only storage knows; what it finds missing may be new from another process.
    let script = compiler.script(sql, kind === 'pull' ? follower.catalog : await follower.withTopics(), options)
    if (script.kind === 'rejected' && (await follower.follow()))
      script = compiler.script(sql, await follower.withTopics(), options)
    return script.kind === 'rejected' ? script : selectOf(sql, script, kind)
  }

  #pullContext(settings: Settings, reader: string): PullContext {
    const {storage, clock, follower, queries, damage} = this.#env
    const policyOf = (topic: TopicRecord): DamagePolicy => damage.policyOf(topic, corruptPolicyIn(settings), reader)
    return {storage, state: this.#committed, clock, catalog: follower.catalog, queries, settings, policyOf}
  }
}
