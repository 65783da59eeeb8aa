import {openBatch} from '../../packages/engine/src/batch/open-batch.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'

export const namespace = 'faults'
export const topic = 'faults'
export const group = 'handlers'
export const partitions = 4
export const sessionTimeoutMs = 1500

/** What a worker says. */
export type Line =
  | {readonly kind: 'ready'}
  | {readonly kind: 'acked'; readonly partition: number; readonly offset: number; readonly value: string}
  | {
      readonly kind: 'handled'
      readonly partition: number
      readonly offset: number
      readonly value: string
      readonly member: string
      readonly generation: number
    }
  | {readonly kind: 'committed'; readonly partition: number; readonly offset: number}

/** Seven keys to a producer; a value is `<producer>:<number>`. */
export const keyOf = (value: string): string => {
  const [producer = '', number = '0'] = value.split(':')
  return `${producer}#${Number(number) % 7}`
}

type Stored = {readonly offset: number; readonly value: string}

/** All records of a partition; complains about gaps and repeats in offsets. */
async function readAll(storage: Storage, partition: number, complain: (what: string) => void): Promise<Stored[]> {
  const all: Stored[] = []
  let next = 0
  for (;;) {
    const [found] = await storage.log.read([{topic, partition, from: next, bytesMax: 1 << 22}])
    for (const {baseOffset, count, bytes} of found?.batches ?? []) {
      if (baseOffset !== next) complain(`partition ${partition}: a batch at ${baseOffset}, expected ${next}`)
      const {values} = openBatch(bytes).blobs()
      for (let i = 0; i < count; i++) all.push({offset: baseOffset + i, value: values.textAt(i) ?? ''})
      next = baseOffset + count
    }
    if (next >= (found?.bounds.end ?? 0)) return all
  }
}

/** Everything that is wrong with a history, given what the log holds in the end. */
export async function faultsOf(storage: Storage, lines: readonly Line[]): Promise<readonly string[]> {
  const faults: string[] = []
  const complain = (what: string): void => void faults.push(what)
  const byPlace = new Map<string, string>()
  const seen = new Map<string, string>()
  for (let partition = 0; partition < partitions; partition++) {
    const last = new Map<string, number>()
    for (const {offset, value} of await readAll(storage, partition, complain)) {
      const place = `${partition}/${offset}`
      byPlace.set(place, value)
      const before = seen.get(value)
      if (before !== undefined) complain(`${value} is stored twice: ${before} and ${place}`)
      seen.set(value, place)
      const number = Number(value.split(':')[1])
      if (number <= (last.get(keyOf(value)) ?? -1)) complain(`${value} at ${place} comes after a later record of its key`)
      last.set(keyOf(value), number)
    }
  }
  const handled = new Set<string>()
  const owners = new Map<string, string>()
  for (const line of lines) {
    if (line.kind !== 'acked' && line.kind !== 'handled') continue
    const place = `${line.partition}/${line.offset}`
    const stored = byPlace.get(place)
    if (stored !== line.value) complain(`${line.value} was ${line.kind} at ${place}, where there is ${stored ?? 'nothing'}`)
    if (line.kind === 'acked') continue
    handled.add(place)
    const owned = `${line.partition} in generation ${line.generation}`
    const owner = owners.get(owned)
    if (owner !== undefined && owner !== line.member) complain(`partition ${owned} was handled by ${owner} and ${line.member}`)
    owners.set(owned, line.member)
  }
  for (const [place, value] of byPlace) if (!handled.has(place)) complain(`${value} at ${place} was not handled`)
  return faults
}
