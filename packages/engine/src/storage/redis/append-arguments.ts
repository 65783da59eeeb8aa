import type {AppendBatch, KeyEvents} from '../port/log-store.ts'
import type {Argument} from './connection.ts'
import type {PartitionPlace, RedisKeys} from './keys.ts'
import {keyDigest} from './key-index.ts'
import {packArray} from './packed-array.ts'
import {asBuffer} from './reply.ts'

/** Keys and arguments of batches, as `lua/append-plan.ts` reads them. */
export class AppendArguments {
  readonly keys: string[]
  readonly args: Argument[] = []
  readonly #redisKeys: RedisKeys
  readonly #indexes = new Map<string, number>()

  /** `keys`: those that the script has in front of the partitions'. */
  constructor(redisKeys: RedisKeys, keys: readonly string[] = []) {
    this.#redisKeys = redisKeys
    this.keys = [...keys]
  }

  add(place: PartitionPlace, batch: AppendBatch): void {
    const {count, maxTimestampMs, expectedEnd, producer, bytes, keys = [], eventIds = []} = batch
    this.args.push(this.#indexOf(place), count, maxTimestampMs, expectedEnd ?? '')
    this.args.push(producer?.id ?? '', producer?.epoch ?? '', producer?.sequence ?? '', asBuffer(bytes))
    this.args.push(
      keys.length > 0 ? packKeyEvents(keys) : '',
      eventIds.length > 0 ? packArray(eventIds.map(id => Buffer.from(id))) : '',
    )
  }

  /** Counted from 1, as Lua does. */
  #indexOf(place: PartitionPlace): number {
    const {log, meta, keyIndex, eventIds} = this.#redisKeys.partition(place)
    const known = this.#indexes.get(log)
    if (known !== undefined) return known
    const index = this.keys.push(log, meta, keyIndex, eventIds) - 3
    this.#indexes.set(log, index)
    return index
  }
}

const packKeyEvents = (keys: readonly KeyEvents[]): Buffer =>
  packArray(keys.flatMap(({key, count, expected}) => [keyDigest(key), Buffer.from(`${count}`), Buffer.from(`${expected ?? ''}`)]))
