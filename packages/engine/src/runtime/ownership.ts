import type {Clock} from '../base/clock.ts'
import type {Logger} from '../base/logger.ts'
import {murmur2} from '../base/hash.ts'
import {reduce} from '../groups/coordinator.ts'
import {groupDocument, readGroup} from '../groups/group.ts'
import {Membership} from '../groups/membership.ts'
import {limits} from '../limits.ts'
import {parsePartitionKey} from '../record/record.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import type {TaskPool} from './pool.ts'
import type {QueryRun, TaskPlace} from './query-run.ts'
import {placesOf} from './run-parts.ts'
import type {TaskReport} from './task-host.ts'

/**
 * The group that the processes over one storage form. Its one topic exists in name only: its partitions are slots, every task
 * belongs to one, and who has the slot runs the task.
 */
export const taskGroup = 'millrace_tasks'

export type ProcessOptions = {
  readonly name?: string
  /** Whether a process of that name has surely ended: its tasks are taken over at once. Others are waited for. */
  readonly isGone?: (name: string) => boolean
  /** How long it may be silent before the others share its tasks, ms. */
  readonly sessionTimeoutMs?: number
}

export type OwnershipOptions = ProcessOptions & {
  readonly pool: TaskPool
  readonly groups: GroupStore
  readonly clock: Clock
  readonly logger: Logger
}

type Share = {
  readonly run: QueryRun
  readonly tasks: readonly Placed[]
  /** By place: the generation since which the task's slot is ours. */
  readonly running: Map<string, number>
}
type Placed = {readonly key: string; readonly place: TaskPlace; readonly slot: number}

/**
 * Runs, of all tasks that it is told to start, those whose slot this process has, and lets go of a slot only when its tasks have
 * committed. That two processes run a task for a moment is possible (one that was silent for too long comes back) and harmless:
 * the claim of the later one fences the other.
 */
export class OwnedTasks implements TaskPool {
  readonly #options: OwnershipOptions
  readonly #shares = new Map<string, Share>()
  #membership: Membership | undefined
  #turn: Promise<void> = Promise.resolve()
  #isBeatWaiting = false
  /** Tasks that were fenced although their slot is ours, as of the last beat. */
  #fenced: ReadonlySet<string> = new Set()

  private constructor(options: OwnershipOptions) {
    this.#options = options
  }

  static async join(options: OwnershipOptions): Promise<OwnedTasks> {
    const {groups, clock, name = 'process', isGone, sessionTimeoutMs} = options
    if (isGone) await expel(groups, clock, isGone)
    const tasks = new OwnedTasks(options)
    tasks.#membership = await Membership.join({
      groups,
      clock,
      log: {topic: async () => ({partitions: limits.taskSlots})},
      group: taskGroup,
      topics: [taskGroup],
      clientId: name,
      sessionTimeoutMs,
      onBeat: () => tasks.#beat(),
    })
    return tasks
  }

  start(run: QueryRun): Promise<void> {
    const tasks = placesOf(run).map((place, i) => ({key: placeKey(run.id, place), place, slot: slotOf(run.id, i)}))
    return this.#serially(async () => {
      const share: Share = {run, tasks, running: new Map()}
      this.#shares.set(run.id, share)
      await this.#adjust(share, this.#held(), new Set())
    })
  }

  stop(queryId: string): Promise<void> {
    return this.#serially(async () => {
      this.#shares.delete(queryId)
      await this.#options.pool.stop(queryId)
    })
  }

  reports(): readonly (TaskReport & {readonly worker: number})[] {
    return this.#options.pool.reports()
  }

  /** Tasks end before their slots are given up, so that whoever has them next goes on at once. */
  async close(): Promise<void> {
    await this.#serially(async () => {
      this.#shares.clear()
      await this.#options.pool.close()
    })
    await this.#membership?.leave()
  }

  #beat(): void {
    if (this.#isBeatWaiting) return
    this.#isBeatWaiting = true
    this.#serially(() => this.#followGroup()).catch((error: unknown) =>
      this.#options.logger.error({error}, 'tasks could not be handed over; tried again at the next heartbeat'),
    )
  }

  async #followGroup(): Promise<void> {
    this.#isBeatWaiting = false
    const held = this.#held()
    const revoked = [...(this.#membership?.revoked ?? [])]
    // A task may be fenced because its query was dropped, which is known here soon: only who stays so starts again.
    const fenced = this.#options.pool.reports().filter(({state}) => state === 'fenced')
    const keys = new Set(fenced.map(report => placeKey(report.queryId, report)))
    const restarts = new Set([...keys].filter(key => this.#fenced.has(key)))
    this.#fenced = keys
    for (const share of this.#shares.values()) await this.#adjust(share, held, restarts)
    if (revoked.length > 0) this.#membership?.release(revoked)
  }

  /** Slots to run the tasks of, and since which generation they are ours. */
  #held(): ReadonlyMap<number, number> {
    const {owned, revoked} = this.#membership ?? {}
    const kept = [...(owned ?? [])].filter(([key]) => revoked?.has(key) !== true)
    return new Map(kept.map(([key, generation]) => [parsePartitionKey(key).partition, generation]))
  }

  async #adjust({run, tasks, running}: Share, held: ReadonlyMap<number, number>, restarts: ReadonlySet<string>): Promise<void> {
    const {pool} = this.#options
    const ended = tasks.filter(({key, slot}) => {
      const task = running.get(key)
      return task !== undefined && (task !== held.get(slot) || restarts.has(key))
    })
    if (ended.length > 0)
      await pool.stop(
        run.id,
        ended.map(({place}) => place),
      )
    for (const {key} of ended) running.delete(key)
    const begun = tasks.filter(({key, slot}) => held.has(slot) && !running.has(key))
    if (begun.length > 0)
      await pool.start(
        run,
        begun.map(({place}) => place),
      )
    for (const {key, slot} of begun) running.set(key, held.get(slot) ?? 0)
  }

  #serially(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }
}

const placeKey = (queryId: string, {subTopology, partition}: TaskPlace): string => `${queryId}/${subTopology}/${partition}`

/** Next to each other in a query is far apart in slots (golden section): any half of the slots holds about half of a query's tasks. */
const slotOf = (queryId: string, index: number): number =>
  ((murmur2(Buffer.from(queryId)) >>> 0) + index * Math.floor(limits.taskSlots * 0.618)) % limits.taskSlots

/** Takes members out of the group. One that lives nevertheless joins again by itself. */
async function expel(groups: GroupStore, clock: Clock, isGone: (name: string) => boolean): Promise<void> {
  for (;;) {
    const {group, version} = await readGroup(groups, taskGroup)
    const memberIds = group.members.filter(({clientId}) => isGone(clientId)).map(({id}) => id)
    const next = reduce(group, {kind: 'expire', memberIds}, clock.nowMs())
    if (next === group || (await groups.putDocument(groupDocument(taskGroup), version, next))) return
  }
}
