import {limits} from '../../limits.ts'
import {partitionKey} from '../../record/record.ts'
import type {AppendBatch} from '../port/log-store.ts'
import type {Touched} from '../port/wake.ts'

/**
 * What processes tell each other of an append. Who appends makes the first two lines:
 *
 *     "*" where it is always sent, else "!"; "1" when the batches go with it, else "0"; the process
 *     JSON: what each batch is, or where one without batches happened
 *
 * and the script (lua/wake-others.ts) the rest, which is empty where no batches go with it:
 *
 *     bases of the batches, "-" for one that was not appended
 *     the batches, one behind the other
 */
export function wakeHead(instance: string, isCluster: boolean, batches: readonly AppendBatch[]): string {
  const size = batches.reduce((sum, {bytes}) => sum + bytes.length, 0)
  const carries = size <= limits.wakeBatchBytesMax
  return `${isCluster ? '*' : '!'}${carries ? 1 : 0}${instance}\n${JSON.stringify(carries ? batches.map(describe) : placesOf(batches))}`
}

type Described = readonly [topic: string, partition: number, count: number, maxTimestampMs: number, bytes: number]
type Place = readonly [topic: string, partition: number]

const describe = ({topic, partition, count, maxTimestampMs, bytes}: AppendBatch): Described => {
  return [topic, partition, count, maxTimestampMs, bytes.length]
}

const placesOf = (batches: readonly AppendBatch[]): readonly Place[] => [
  ...new Map(batches.map(batch => [partitionKey(batch), [batch.topic, batch.partition] as const])).values(),
]

/** What a message says, or undefined when it is this process's own. */
export function touchedByOthers(message: Buffer, instance: string): readonly Touched[] | undefined {
  const headEnd = message.indexOf('\n')
  if (message.toString('latin1', 2, headEnd) === instance) return undefined
  const jsonEnd = message.indexOf('\n', headEnd + 1)
  const basesEnd = message.indexOf('\n', jsonEnd + 1)
  const text = message.toString('utf8', headEnd + 1, jsonEnd)
  if (message[1] === zero) {
    const places: readonly Place[] = JSON.parse(text)
    return places.map(([topic, partition]) => ({topic, partition}))
  }
  const described: readonly Described[] = JSON.parse(text)
  const bases = message.toString('latin1', jsonEnd + 1, basesEnd).split(' ')
  return readBatches(described, bases, message.subarray(basesEnd + 1))
}

const zero = 0x30

function readBatches(described: readonly Described[], bases: readonly string[], bytes: Buffer): readonly Touched[] {
  let from = 0
  return described.flatMap(([topic, partition, count, maxTimestampMs, length], i) => {
    const batch = bytes.subarray(from, (from += length))
    const base = Number(bases[i])
    if (Number.isNaN(base)) return []
    return [{topic, partition, batches: [{baseOffset: base, count, maxTimestampMs, bytes: batch}]}]
  })
}
