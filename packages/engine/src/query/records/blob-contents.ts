import {isUtf8} from 'node:buffer'
import {EngineError} from '../../base/errors.ts'
import type {OpenBatch} from '../../batch/open-batch.ts'
import type {TextVector} from '../../batch/text-vector.ts'
import type {WindowedKey} from '../../plan/formats.ts'
import type {Source} from '../../plan/source.ts'
import type {Column} from '../../schema/schema.ts'
import type {Value} from '../../schema/value.ts'
import {parseWithDigits} from '../../serde/json-number.ts'
import {keyStandsBare, serdeFor, standsBare} from '../../serde/registry.ts'
import type {Blobs, Serde} from '../../serde/serde.ts'
import {readWindow, windowBytes} from '../../serde/window-key.ts'
import {jsonKeys, jsonRecords, type JsonRows} from './json-rows.ts'
import type {Contents} from './record-batch.ts'

/**
 * What blobs of a column stand for, by row: what their format reads, else what they look like. `blobs`: those to read, where
 * they are not as they are stored.
 */
type BlobsReader = (stored: TextVector, blobs?: Blobs) => ArrayLike<unknown>

export function blobReader(source: Source | undefined): (batch: OpenBatch) => Contents {
  const isTyped = source !== undefined && source.formats.value.name !== 'COLUMNS'
  if (!isTyped)
    return batch => {
      const {keys, values} = batch.blobs()
      return {keys: () => guessAll(keys, guessKey), values: () => guessAll(values, guess)}
    }
  const {schema, formats, window} = source
  const readKeys = blobsReader(serdeFor(formats.key, schema.key, 'key'), schema.key, keysOf(source), guessKey)
  const isBare = standsBare(formats.value, schema.value)
  const toValues = jsonRecords(schema.value, isBare)
  const readValues = blobsReader(serdeFor(formats.value, schema.value, 'value'), schema.value, toValues, guess)
  return batch => {
    const {keys, values} = batch.blobs()
    return {
      keys: () => readKeys(keys, window && withoutWindow(keys, window)),
      values: () => readValues(values),
      ...(window && {
        windowAt: row => {
          const bytes = keys.bytesAt(row)
          return bytes !== null && bytes.length >= windowBytes(window) ? readWindow(bytes, window) : undefined
        },
      }),
    }
  }
}

/** Bytes that stand for a key of several columns are a key, even where all of them are NULL. */
function keysOf({schema, formats}: Source): JsonRows {
  const isKeyBare = keyStandsBare(formats.key, schema.key)
  return isKeyBare || schema.key.length === 0 ? jsonKeys(schema.key) : jsonRecords(schema.key)
}

/** Keys without the window behind them; what is too short for one is left as it is. */
function withoutWindow(keys: TextVector, window: WindowedKey): Blobs {
  const bytesAt = (row: number): Buffer | null => {
    const bytes = keys.bytesAt(row)
    return bytes !== null && bytes.length >= windowBytes(window) ? bytes.subarray(0, -windowBytes(window)) : bytes
  }
  return {bytesAt, textAt: row => bytesAt(row)?.toString() ?? null}
}

function blobsReader(serde: Serde, columns: readonly Column[], toJson: JsonRows, guessed: Guess): BlobsReader {
  return (stored, blobs = stored) => {
    const count = stored.length
    const values = columns.map(() => new Array<Value>(count).fill(null))
    const unread: number[] = []
    for (let row = 0; row < count; row++) {
      const decoded = stored.isNullAt(row) ? null : tryDecode(serde, blobs, row)
      if (decoded === null) unread.push(row)
      else for (let i = 0; i < values.length; i++) (values[i] ?? [])[row] = decoded[i] ?? null
    }
    const read = toJson(values, count)
    if (unread.length === 0) return read
    const all = Array.from(read)
    for (const row of unread) all[row] = guessed(blobs.bytesAt(row))
    return all
  }
}

function tryDecode(serde: Serde, blobs: Blobs, row: number): ReturnType<Serde['decode']> {
  try {
    return serde.decode(blobs, row)
  } catch (error) {
    if (error instanceof EngineError && error.code === 'RECORD_INVALID') return null
    throw error
  }
}

type Guess = (bytes: Buffer | null) => unknown

const guessAll = (blobs: TextVector, guessed: Guess): unknown[] =>
  Array.from({length: blobs.length}, (_, row) => guessed(blobs.bytesAt(row)))

/** JSON, else text, else base64. */
function guess(bytes: Buffer | null): unknown {
  if (bytes === null) return null
  return isUtf8(bytes) ? orText(bytes.toString('utf8')) : bytes.toString('base64')
}

/** As a value, but only what stands in braces or brackets is JSON: text keys are written as they are, '21', 'null' and '1.0' too. */
function guessKey(bytes: Buffer | null): unknown {
  const [first] = bytes ?? []
  return bytes === null || first === 0x7b || first === 0x5b || !isUtf8(bytes) ? guess(bytes) : bytes.toString('utf8')
}

function orText(text: string): unknown {
  try {
    return parseWithDigits(text)
  } catch {
    return text
  }
}
