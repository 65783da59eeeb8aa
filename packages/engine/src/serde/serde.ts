import {EngineError} from '../base/errors.ts'
import type {TextVector} from '../batch/text-vector.ts'
import type {Value} from '../schema/value.ts'

/** Keys or values of one format under one list of columns. */
export type Serde = {
  /** What `encode` gives: text that stands in the log as UTF-8, or bytes. */
  readonly gives: 'text' | 'bytes'
  /**
   * One value per column from the blob at `i`, which is not null; null where the format spells a null value.
   * Throws EngineError `RECORD_INVALID` where the blob does not fit.
   */
  decode(blobs: Blobs, i: number): readonly Value[] | null
  /** The row at one position of the columns; null where the format has no other way to write it. Throws `RECORD_INVALID`. */
  encode(columns: readonly ArrayLike<Value>[], row: number): string | Uint8Array | null
}

export type Blobs = Pick<TextVector, 'textAt' | 'bytesAt'>

/** Blobs at hand, for callers without a batch. */
export const blobsOf = (values: readonly (Uint8Array | null)[]): Blobs => ({
  textAt: i => (values[i] ? Buffer.from(values[i]).toString() : null),
  bytesAt: i => (values[i] ? Buffer.from(values[i]) : null),
})

/** `path` names the field, empty for the whole record. */
export function refusal(path: string, found: string, expected: string): EngineError {
  const where = path === '' ? '' : `field ${path}: `
  return new EngineError('RECORD_INVALID', `${where}found ${found}, expected ${expected}`, {path, found, expected})
}

/** A value as it may stand in a message: short. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
