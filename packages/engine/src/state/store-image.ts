import type {RowTable} from './row-table.ts'

/** A state store as a task holds it: its rows, which know what of them changed, and some way to find them. */
export interface StoreImage {
  readonly name: string
  /** Rows held. */
  readonly entries: number
  readonly table: RowTable
  /** Committed rows, before any other use; keys that were not loaded yet. */
  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void
  /** A slot is about to leave the table because its row was stored. Only for stores whose rows pass. */
  forget?(slot: number): void
}
