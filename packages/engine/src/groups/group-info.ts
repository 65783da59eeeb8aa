import {EngineError} from '../base/errors.ts'
import type {CommitOffsetsRequest, GroupInfo} from '../engine-api.ts'
import {timeBehind} from '../log/times.ts'
import type {Storage} from '../storage/port/storage.ts'

/** What is kept of a consumer group beside its offsets. */
type GroupDocument = {readonly generation: number}

const documentName = (group: string): string => `group/${group}`

/** Commits positions of a group, which exists from its first commit on. */
export async function commitGroupOffsets(storage: Storage, request: CommitOffsetsRequest): Promise<void> {
  const {group, generation, offsets} = request
  if (group === '') throw new EngineError('INVALID_ARGUMENT', 'found an empty group name, expected some text')
  await checkPlaces(storage, offsets)
  if ((await storage.groups.document(documentName(group))) === undefined)
    await storage.groups.putDocument(documentName(group), 0, {generation: 0})
  const isTaken = await storage.groups.commitOffsets(
    group,
    generation,
    offsets.map(({topic, partition, offset}) => ({topic, partition, next: offset})),
  )
  if (!isTaken) throw new EngineError('FENCED_GENERATION', `group ${group} has gone on to another generation than ${generation}`)
}

async function checkPlaces(storage: Storage, offsets: CommitOffsetsRequest['offsets']): Promise<void> {
  const bounds = await storage.log.bounds(offsets)
  for (const [i, {topic, partition, offset}] of offsets.entries()) {
    if (bounds[i]?.isKnown !== true)
      throw new EngineError('PARTITION_NOT_FOUND', `there is no partition ${partition} of topic ${topic}`)
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new EngineError(
        'OFFSET_OUT_OF_RANGE',
        `found offset ${offset} for ${topic}/${partition}, expected a whole number from 0 on`,
      )
  }
}

/** Takes the group over: commits of earlier generations are refused from now on. */
export async function beginGeneration(storage: Storage, group: string): Promise<number> {
  for (;;) {
    const found = await storage.groups.document(documentName(group))
    const generation = ((found?.data as GroupDocument | undefined)?.generation ?? 0) + 1
    if (!(await storage.groups.putDocument(documentName(group), found?.version ?? 0, {generation}))) continue
    await storage.groups.setGeneration(group, generation)
    return generation
  }
}

export async function generationOf(storage: Storage, group: string): Promise<number | undefined> {
  const found = await storage.groups.document(documentName(group))
  return (found?.data as GroupDocument | undefined)?.generation
}

export async function groupIds(storage: Storage): Promise<readonly string[]> {
  const prefix = documentName('')
  return (await storage.groups.documents(prefix)).map(name => name.slice(prefix.length))
}

export async function groupInfo(storage: Storage, id: string): Promise<GroupInfo | undefined> {
  const found = await storage.groups.document(documentName(id))
  if (found === undefined) return undefined
  // Only this file writes these documents.
  const {generation} = found.data as GroupDocument
  const committed = await storage.groups.offsets(id)
  const bounds = await storage.log.bounds(committed)
  const positions = committed.map(({topic, partition, next}, i) => ({topic, partition, from: next, end: bounds[i]?.end ?? next}))
  const behindMs = await timeBehind(storage.log, positions)
  const offsets = positions.map(({topic, partition, from, end}, i) => {
    const lag = Math.max(0, end - from)
    return {topic, partition, committedOffset: from, endOffset: end, lag, lagMs: behindMs[i] ?? 0}
  })
  return {id, state: 'empty', generation, members: [], offsets}
}
