import {randomUUID} from 'node:crypto'
import {must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import {partitionKey, type Epoch} from '../../record/record.ts'
import type {CommitOutcome, StateWrite, TaskCommit} from '../port/task-commit.ts'
import type {Acknowledger} from './acks.ts'
import {AppendArguments} from './append-arguments.ts'
import type {Argument, Connection} from './connection.ts'
import type {Forward} from './forward.ts'
import type {RedisKeys} from './keys.ts'
import {commitTask} from './lua/commit-task.ts'
import {Outbox} from './outbox.ts'
import {packArray} from './packed-array.ts'
import {arrayOf, asBuffer, numberOf, textOf} from './reply.ts'
import type {TopicRegistry} from './topic-registry.ts'
import {untilAcknowledged} from './until-acknowledged.ts'
import type {RedisWake} from './wake.ts'

export type TaskCommitterParts = {
  readonly connection: Connection
  readonly keys: RedisKeys
  readonly topics: TopicRegistry
  readonly wake: RedisWake
  readonly clock: Clock
  readonly outbox: Outbox
  readonly isCluster: boolean
  readonly acknowledger: Acknowledger
}

/** Turns a commit into one script call; in a cluster, outputs for other slots follow it through the outbox. */
export class TaskCommitter {
  readonly #parts: TaskCommitterParts
  readonly #instance = randomUUID()
  #commits = 0
  /** Incarnation and token of the last commit of each task. */
  readonly #before = new Map<string, {readonly epoch: Epoch; readonly words: string}>()
  /** Commits of one task that use its outbox, one after the other: partitions take sequences in order only. */
  readonly #forwarding = new Map<string, Promise<unknown>>()

  constructor(parts: TaskCommitterParts) {
    this.#parts = parts
  }

  async commit(work: TaskCommit): Promise<CommitOutcome> {
    const outcome = await this.#commit(work)
    if (outcome.kind !== 'unknown-partition') return outcome
    // The topic may have been created again, or have grown, since its place was remembered: look again, once.
    this.#parts.topics.forget(work.outputs.map(output => output.topic))
    return this.#commit(work)
  }

  async #commit(work: TaskCommit): Promise<CommitOutcome> {
    const {keys, topics, isCluster} = this.#parts
    const local: PlacedOutput[] = []
    const foreign: PlacedOutput[] = []
    for (const [index, place] of (await topics.places(work.outputs)).entries()) {
      if (!place) return unknownPartition(work, index)
      const {topic, partition, bytes, count, maxTimestampMs} = must(work.outputs[index], 'output of a place')
      const side = isCluster && !keys.isLocal(work.task, place) ? foreign : local
      side.push({index, place, batch: {topic, partition, bytes, count, maxTimestampMs}})
    }
    if (foreign.length === 0) return this.#commitTo(work, local, foreign)
    const key = keys.task(work.task)
    const before = this.#forwarding.get(key) ?? Promise.resolve()
    const own = before.catch(() => {}).then(() => this.#commitTo(work, local, foreign))
    this.#forwarding.set(key, own)
    try {
      return await own
    } finally {
      if (this.#forwarding.get(key) === own) this.#forwarding.delete(key)
    }
  }

  async #commitTo(work: TaskCommit, local: readonly PlacedOutput[], foreign: readonly PlacedOutput[]): Promise<CommitOutcome> {
    const {keys, wake, connection, outbox, acknowledger, clock} = this.#parts
    for (const {place, index} of foreign) {
      const exists = await connection.call('EXISTS', [keys.partition(place).meta])
      if (numberOf(exists) === 0) return unknownPartition(work, index)
    }
    const {token, scriptKeys, args} = this.#arguments(work, local, foreign)
    const call = {script: commitTask, keys: scriptKeys, args}
    const {reply, isKept} = await untilAcknowledged(clock, () => acknowledger.runAt(work.acks ?? 'LEADER', call))
    const [status, ...answer] = arrayOf(reply)
    if (textOf(status) === 'lost') throw lostCommit(work)
    if (textOf(status) === 'fenced') return {kind: 'fenced', by: numberOf(answer[0])}
    if (textOf(status) === 'unknown-partition') return unknownPartition(work, local[numberOf(answer[0])]?.index)
    const [last, incarnation, ...localBases] = answer
    this.#before.set(keys.task(work.task), {epoch: work.epoch, words: `${textOf(incarnation)} ${token}`})
    const sent = foreign.length > 0 ? await outbox.send(work, textOf(incarnation), numberOf(last), foreign) : []
    if (local.length > 0) wake.notify(local.map(output => output.batch))
    const baseOffsets = work.outputs.map(() => -1)
    for (const [i, {index}] of local.entries()) baseOffsets[index] = numberOf(localBases[i])
    for (const [i, {index}] of foreign.entries()) baseOffsets[index] = sent[i]?.baseOffset ?? -1
    const isKeptEverywhere = isKept && sent.every(each => each.isKept)
    return {kind: 'committed', baseOffsets, ...(!isKeptEverywhere && {acks: 'LEADER'})}
  }

  #arguments(work: TaskCommit, local: readonly PlacedOutput[], foreign: readonly PlacedOutput[]) {
    const {keys, wake, clock} = this.#parts
    const stores = groupByStore(work.state)
    const ordered = new Set(work.orderedStores)
    const append = new AppendArguments(keys, [
      ...[keys.task(work.task), keys.outbox(work.task), keys.changelog(work.task)],
      ...stores.flatMap(({store}) => [keys.store(work.task, store), keys.storeOrder(work.task, store)]),
    ])
    for (const {place, batch} of local) append.add(place, batch)
    const woken = wake.arguments(local.map(output => output.batch))
    const token = `${this.#instance}:${++this.#commits}`
    const before = this.#before.get(keys.task(work.task))
    // Whether this one is there is not known before it is answered.
    this.#before.delete(keys.task(work.task))
    const words = before?.epoch === work.epoch ? before.words : ' '
    const head = [`${work.epoch} ${words}`, token, clock.nowMs(), ...woken]
    const fields = taskFields(work, stores)
    const rows = stores.flatMap(({store, puts, deletes}, i) => [
      ...[4 + 2 * i, ordered.has(store) ? 1 : 0],
      ...[packArray(puts), packArray(deletes)],
    ])
    const forwards = packArray(foreign.flatMap(Outbox.pack))
    const logged = work.changelog?.append
    const changelog = [logged?.sequence ?? '', logged ? asBuffer(logged.bytes) : '', work.changelog?.keepFrom ?? '']
    return {
      token,
      scriptKeys: append.keys,
      args: [...head, forwards, ...changelog, fields.length, ...fields, stores.length, ...rows, ...append.args],
    }
  }
}

/** A server that had not received the last commit took over: what the task has in memory goes beyond it. */
const lostCommit = ({task: {query, subTopology, partition}}: TaskCommit): EngineError =>
  new EngineError(
    'STORAGE_UNAVAILABLE',
    `The store has lost the last commit of task ${query}/${subTopology}/${partition}, as after a failover: the task begins again from the one it has.`,
  )

type PlacedOutput = Forward & {readonly index: number}

type StoreWrites = {
  readonly store: string
  /** Key, value, key, value, … */
  readonly puts: Uint8Array[]
  readonly deletes: Uint8Array[]
}

function groupByStore(writes: readonly StateWrite[]): readonly StoreWrites[] {
  const stores = new Map<string, StoreWrites>()
  for (const {store, key, value} of writes) {
    let known = stores.get(store)
    if (!known) stores.set(store, (known = {store, puts: [], deletes: []}))
    if (value) known.puts.push(key, value)
    else known.deletes.push(key)
  }
  return [...stores.values()]
}

function taskFields(work: TaskCommit, stores: readonly StoreWrites[]): Argument[] {
  return [
    ...work.consumed.flatMap(position => [`o:${partitionKey(position)}`, position.next]),
    ...(work.changelog ? ['changelog', work.changelog.keepFrom] : []),
    ...(work.facts ? ['facts', asBuffer(work.facts)] : []),
    ...stores.flatMap(({store}) => [`s:${store}`, 1]),
  ]
}

function unknownPartition(work: TaskCommit, index: number | undefined): CommitOutcome {
  const {topic, partition} = must(index === undefined ? undefined : work.outputs[index], 'output without a partition')
  return {kind: 'unknown-partition', at: {topic, partition}}
}
