import type {Bytes, Environment} from './environment.ts'
import {keys, prefixes, under} from './keys.ts'
import type {KeyRange} from './keys.ts'
import {remove} from './rows.ts'

/** Rows removed in one transaction: other writers get their turn in between. */
const rowsPerStep = 250

/** Removes all rows of a range in steps. May be stopped between any two; doing it again goes on. */
export async function removeRange(env: Environment, db: Bytes, range: KeyRange): Promise<void> {
  let removed: number
  do {
    removed = await env.write(() => {
      const found = [...db.getKeys({...range, limit: rowsPerStep})]
      for (const key of found) remove(db, key)
      return found.length
    })
  } while (removed === rowsPerStep)
}

export async function removeDroppedTopic(env: Environment, topic: number): Promise<void> {
  for (const db of [env.index, env.blobs]) await removeRange(env, db, under(prefixes.batchesOf(topic)))
  await removeRange(env, env.meta, under(prefixes.partitionsOf(topic)))
  await removeRange(env, env.meta, under(prefixes.producersOf(topic)))
  await removeRange(env, env.meta, under(prefixes.keyEventsOf(topic)))
  await removeRange(env, env.meta, under(prefixes.eventIdsOf(topic)))
  await env.write(() => remove(env.meta, keys.droppedTopic(topic)))
}

export async function removeDroppedStore(env: Environment, store: number): Promise<void> {
  await removeRange(env, env.state, under(prefixes.rowsOf(store)))
  await env.write(() => remove(env.meta, keys.droppedStore(store)))
}

/** Goes on with what a process that died had dropped but not yet removed. */
export async function finishRemovals(env: Environment): Promise<void> {
  const numbersUnder = (prefix: Uint8Array): number[] =>
    env.read(() => [...env.meta.getKeys(under(prefix))].map(key => Buffer.from(key).readUInt32BE(1)))
  for (const topic of numbersUnder(prefixes.droppedTopics)) await removeDroppedTopic(env, topic)
  for (const store of numbersUnder(prefixes.droppedStores)) await removeDroppedStore(env, store)
}
