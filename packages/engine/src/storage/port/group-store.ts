import type {Offset, TopicPartition} from '../../record/record.ts'

/** Versioned documents (compare-and-set) and committed offsets of consumer groups. */
export interface GroupStore {
  /** A small JSON document by name (`group/<id>`, `catalog/…`), with its version; undefined when absent. */
  document(name: string): Promise<VersionedDocument | undefined>
  /** Writes version `expected` + 1 when the stored version is `expected` (0: absent). Returns whether it did. `data: null` removes. */
  putDocument(name: string, expected: number, data: unknown): Promise<boolean>
  /** Names that start with the prefix, ordered. */
  documents(prefix: string): Promise<readonly string[]>

  /**
   * Commits offsets of a group if its generation is still `generation` (no check when undefined: a simple consumer).
   * Returns false, and writes nothing, otherwise.
   */
  commitOffsets(group: string, generation: number | undefined, offsets: readonly CommittedOffset[]): Promise<boolean>
  /** Ordered by topic and partition. */
  offsets(group: string): Promise<readonly CommittedOffset[]>
  /**
   * Raises the generation that commits are checked against; one that is not higher than the group's changes nothing. Returns what
   * it is then.
   */
  setGeneration(group: string, generation: number): Promise<number>
  /** Removes the group's offsets and generation (not its document). */
  dropGroup(group: string): Promise<void>
}

export type VersionedDocument = {readonly version: number; readonly data: unknown}
/** `marks`: what the log held below `next`, as consumer groups write it. */
export type CommittedOffset = TopicPartition & {readonly next: Offset; readonly metadata?: string; readonly marks?: string}
