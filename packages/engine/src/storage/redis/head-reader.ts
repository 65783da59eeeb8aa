import {inPortions} from '../../base/in-portions.ts'
import type {Offset} from '../../record/record.ts'
import type {BatchHead} from '../port/log-store.ts'
import type {Connection} from './connection.ts'
import {readHeads} from './lua/read-heads.ts'
import {arrayOf, bytesOf, numberOf} from './reply.ts'

/** In one call of a script, which reads a batch for each. */
const headsPerCall = 50
const callsAtATime = 2

/** Undefined where nobody can say. */
export type FoundHead = {readonly head: BatchHead | undefined}
export type LogOffset = {readonly log: string; readonly offset: Offset}

/** What stands in logs at some offsets. Of the compacted part it says nothing: there, batches change and lose nothing. */
export class HeadReader {
  readonly #connection: Connection
  readonly #isCluster: boolean

  constructor(connection: Connection, isCluster: boolean) {
    this.#connection = connection
    this.#isCluster = isCluster
  }

  read(places: readonly LogOffset[]): Promise<readonly FoundHead[]> {
    return inPortions(places, headsPerCall, callsAtATime, portion => this.#readSome(portion))
  }

  async #readSome(places: readonly LogOffset[]): Promise<readonly FoundHead[]> {
    if (!this.#isCluster) return this.#call(places)
    // The logs lie in slots of their own, and no call may name two.
    return (await Promise.all(places.map(place => this.#call([place])))).flat()
  }

  async #call(places: readonly LogOffset[]): Promise<readonly FoundHead[]> {
    const [logs, offsets] = [places.map(({log}) => log), places.map(({offset}) => offset)]
    return arrayOf(await this.#connection.run(readHeads, logs, offsets, {isRepeatable: true})).map(headOf)
  }
}

function headOf(reply: unknown): FoundHead {
  const [base, count, bytes] = arrayOf(reply)
  if (base === undefined) return {head: undefined}
  return {head: {baseOffset: numberOf(base), count: numberOf(count), bytes: bytesOf(bytes)}}
}
