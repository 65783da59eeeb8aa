import {crc32} from 'node:zlib'
import {EngineError} from '../base/errors.ts'
import type {Offset} from '../record/record.ts'

/** Next offsets to read by topic, one per partition. */
export type Positions = Readonly<Record<string, readonly Offset[]>>

/** What a text made here is for: one kind is never taken for another. */
export type PositionsKind = 'write' | 'push' | 'page'

/**
 * Positions as opaque text. `subject` (a statement, a topic) must be given again to read it back: a cursor of one query
 * can't be used with another by mistake. It is no secret, and no protection against forgery: a forged cursor reads
 * nothing that its bearer could not read otherwise.
 */
export function encodePositions(kind: PositionsKind, subject: string, positions: Positions): string {
  const body = Buffer.from(JSON.stringify(positions)).toString('base64url')
  return `${body}.${seal(kind, subject, body)}`
}

export function decodePositions(kind: PositionsKind, subject: string, text: string): Positions {
  const [body = '', mark = ''] = text.split('.')
  if (mark === '' || mark !== seal(kind, subject, body))
    throw new EngineError(
      'CURSOR_INVALID',
      `this is no ${names[kind]} that was made for ${subject === '' ? 'a produce' : subject}`,
    )
  // The seal matches, so the body is as encodePositions wrote it.
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Positions
}

const names: Record<PositionsKind, string> = {write: 'token', push: 'cursor', page: 'cursor'}

const seal = (kind: PositionsKind, subject: string, body: string): string => crc32(`${kind}\n${subject}\n${body}`).toString(36)
