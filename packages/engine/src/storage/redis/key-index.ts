import {createHash} from 'node:crypto'
import type {KeyBatch, KeyIndexPage} from '../port/log-store.ts'
import type {Connection} from './connection.ts'
import {arrayOf, bytesOf} from './reply.ts'

/**
 * The index of a partition's keys: a sorted set whose members all have score 0 and stand in the order of their bytes. A member
 * is the key's digest (32 bytes), the version of its first event in a batch and the base of that batch (16 digits each), and
 * how many events of the key the batch holds. `lua/append-plan.ts` writes it.
 */
const digestBytes = 32
const digits = 16

/** Keys may be long: their digest stands for them. */
export const keyDigest = (key: Uint8Array): Buffer => createHash('sha256').update(key).digest()

const memberFrom = (digest: Buffer, version: number): Buffer =>
  Buffer.concat([digest, Buffer.from(`${version}`.padStart(digits, '0'))])

function parseMember(member: Buffer): KeyBatch {
  const [version, baseOffset, count] = [0, digits, 2 * digits].map(at => {
    const from = digestBytes + at
    return Number(member.toString('latin1', from, at === 2 * digits ? undefined : from + digits))
  })
  return {version: version ?? 0, baseOffset: baseOffset ?? 0, count: count ?? 0}
}

export async function readKeyIndex(
  connection: Connection,
  index: string,
  key: Uint8Array,
  fromVersion: number,
  batchesMax: number,
): Promise<KeyIndexPage> {
  const digest = keyDigest(key)
  const bound = (side: '(' | '[', at: Buffer): Buffer => Buffer.concat([Buffer.from(side), at])
  const end = bound('[', Buffer.concat([digest, Buffer.from([255])]))
  const begin = bound('[', digest)
  const from = memberFrom(digest, fromVersion)
  const [last, before, after] = await Promise.all([
    connection.call('ZREVRANGEBYLEX', [index, end, begin, 'LIMIT', 0, 1]),
    connection.call('ZREVRANGEBYLEX', [index, bound('(', from), begin, 'LIMIT', 0, 1]),
    connection.call('ZRANGEBYLEX', [index, bound('[', from), end, 'LIMIT', 0, batchesMax]),
  ])
  const parse = (reply: unknown): KeyBatch[] => arrayOf(reply).map(member => parseMember(bytesOf(member)))
  const [newest] = parse(last)
  const holding = parse(before).filter(({version, count}) => version + count > fromVersion)
  return {version: newest ? newest.version + newest.count : 0, batches: [...holding, ...parse(after)].slice(0, batchesMax)}
}
