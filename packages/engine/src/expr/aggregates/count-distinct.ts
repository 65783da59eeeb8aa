import {BIGINT, BYTES} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {p, variable} from '../functions/define.ts'
import {identityOf} from '../functions/value-order.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'
import {addHash, cardinality, mergeSketches} from './hyper-log-log.ts'

/** MurmurHash3 (x86, 32 bits; A. Appleby, public domain) over the UTF-16 units of a text, a unit a block. */
function hashText(text: string, seed: number): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) {
    let block = Math.imul(text.charCodeAt(i), 0xcc9e2d51)
    block = Math.imul((block << 15) | (block >>> 17), 0x1b873593)
    hash ^= block
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  hash ^= text.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function withValue(state: Uint8Array, value: Value): Uint8Array {
  if (value === null) return state
  const text = String(identityOf(value))
  return addHash(state, hashText(text, 0x2f0b4f27), hashText(text, 0x71a9c5d3))
}

const countDistinct = () =>
  aggregator<Uint8Array>({
    stateType: BYTES,
    initial: () => new Uint8Array(0),
    add: (state, args) => withValue(state, first(args)),
    merge: mergeSketches,
    result: cardinality,
  })

export const countDistinctAggregates = [
  aggregate('COUNT_DISTINCT', 'The number of different values that are not NULL: exact up to 512, then within about 1 %.', [
    aggregateOverload([p('value', variable('T'))], BIGINT, countDistinct),
  ]),
]
