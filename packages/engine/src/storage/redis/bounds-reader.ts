import {AskTogether} from '../../base/ask-together.ts'
import {inPortions} from '../../base/in-portions.ts'
import type {PartitionBounds} from '../port/log-store.ts'
import type {Connection} from './connection.ts'
import type {PartitionPlace, RedisKeys} from './keys.ts'
import {readMeta} from './log-reader.ts'
import {readBounds} from './lua/read-bounds.ts'
import {textOf} from './reply.ts'

/** In one call of a script: what keeps a server busy for half a millisecond. */
const partitionsPerCall = 250
const callsAtATime = 2

/** Bounds of partitions. On one server many are read by one call and come as one text: a reply for each costs more than to find it. */
export class BoundsReader {
  readonly #connection: Connection
  readonly #keys: RedisKeys
  readonly #read: (place: PartitionPlace) => Promise<PartitionBounds>

  constructor(connection: Connection, keys: RedisKeys, isCluster: boolean) {
    this.#connection = connection
    this.#keys = keys
    const together = new AskTogether<string, PartitionBounds>(async metas => {
      const lines = textOf(await connection.run(readBounds, metas, [], {isRepeatable: true}))
      return lines.split('\n').map(boundsOf)
    }, partitionsPerCall)
    this.#read = isCluster ? place => this.#readOne(place) : place => together.ask(keys.meta(place))
  }

  read(places: readonly PartitionPlace[]): Promise<readonly PartitionBounds[]> {
    return inPortions(places, partitionsPerCall, callsAtATime, portion => Promise.all(portion.map(this.#read)))
  }

  async #readOne(place: PartitionPlace): Promise<PartitionBounds> {
    const {begin, end, bytes, isKnown} = await readMeta(this.#connection, this.#keys.partition(place))
    return {begin, end, bytes, isKnown}
  }
}

/** A line as the script writes it. */
function boundsOf(line: string): PartitionBounds {
  const [begin = '', end = '', ...sizes] = line.split(' ')
  const [written = 0, dropped = 0, compacted = 0, droppedCompacted = 0] = sizes.map(Number)
  const bytes = written - dropped + compacted - droppedCompacted
  return {begin: Number(begin), end: Number(end), bytes, isKnown: end !== ''}
}
