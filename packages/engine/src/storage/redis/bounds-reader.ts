import {AskTogether} from '../../base/ask-together.ts'
import type {PartitionBounds} from '../port/log-store.ts'
import type {Connection} from './connection.ts'
import type {PartitionKeys} from './keys.ts'
import {readMeta} from './log-reader.ts'
import {readBounds} from './lua/read-bounds.ts'
import {textOf} from './reply.ts'

/** In one call of a script: what keeps a server busy for less than a millisecond. */
const partitionsPerCall = 200

/** Bounds of partitions. On one server many are read by one call and come as one text: a reply for each costs more than to find it. */
export class BoundsReader {
  readonly #connection: Connection
  readonly #isCluster: boolean
  readonly #together: AskTogether<string, PartitionBounds>

  constructor(connection: Connection, isCluster: boolean) {
    this.#connection = connection
    this.#isCluster = isCluster
    this.#together = new AskTogether(async metas => {
      const lines = textOf(await connection.run(readBounds, metas, [], {isRepeatable: true})).split('\n')
      return lines.map(boundsOf)
    }, partitionsPerCall)
  }

  async read(keys: PartitionKeys): Promise<PartitionBounds> {
    if (!this.#isCluster) return this.#together.ask(keys.meta)
    const {begin, end, bytes, isKnown} = await readMeta(this.#connection, keys)
    return {begin, end, bytes, isKnown}
  }
}

function boundsOf(line: string): PartitionBounds {
  const [begin = 0, end = 0, bytes = 0] = line.split(' ').map(Number)
  return {begin, end, bytes, isKnown: line !== ''}
}
