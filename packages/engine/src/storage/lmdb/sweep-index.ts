import {compareBytes} from '../../base/bytes.ts'
import type {Offset} from '../../record/record.ts'
import type {Environment} from './environment.ts'
import {prefixes, under} from './keys.ts'
import {keyEventsRow, numberRow, remove} from './rows.ts'

/** Entries looked at in one transaction: other writers get their turn in between. */
const entriesPerStep = 250
const versionBytes = 8

/** Drops what the indexes of a partition say of batches before one; the last entry of each key stays and counts its events. */
export async function sweepIndexes(env: Environment, topic: number, partition: number, firstBase: Offset): Promise<void> {
  const keyEvents = under(prefixes.keyEventsAt(topic, partition))
  for (let start: Uint8Array | undefined = keyEvents.start; start;)
    start = await sweepKeyEvents(env, {...keyEvents, start}, firstBase)
  const ids = under(prefixes.eventIdsAt(topic, partition))
  for (let start: Uint8Array | undefined = ids.start; start;) start = await sweepEventIds(env, {...ids, start}, firstBase)
}

type Range = {readonly start: Uint8Array; readonly end: Uint8Array}

/** Returns where to go on. */
function sweepKeyEvents(env: Environment, range: Range, firstBase: Offset): Promise<Uint8Array | undefined> {
  return env.write(() => {
    const entries = [...env.meta.getRange({...range, limit: entriesPerStep + 1})]
    for (const [i, {key, value}] of entries.entries()) {
      const next = entries[i + 1]
      const isLast = next === undefined || compareBytes(keyPart(key), keyPart(next.key)) !== 0
      if (!isLast && keyEventsRow.decode(value).baseOffset < firstBase) remove(env.meta, key)
    }
    return entries.length > entriesPerStep ? entries.at(-1)?.key : undefined
  })
}

function sweepEventIds(env: Environment, range: Range, firstBase: Offset): Promise<Uint8Array | undefined> {
  return env.write(() => {
    const entries = [...env.meta.getRange({...range, limit: entriesPerStep + 1})]
    for (const {key, value} of entries.slice(0, entriesPerStep)) if (numberRow.decode(value) < firstBase) remove(env.meta, key)
    return entries[entriesPerStep]?.key
  })
}

const keyPart = (key: Uint8Array): Uint8Array => key.subarray(0, -versionBytes)
