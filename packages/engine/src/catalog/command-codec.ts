import {EngineError} from '../base/errors.ts'
import type {Command} from './command.ts'

/** A command as JSON text. SQL values that JSON has no form for are objects with one key: `$long`, `$bytes`, `$map`, `$double`. */
export const encodeCommand = (command: Command): string => JSON.stringify({version: 1, command: tag(command)})

/** The command of `encodeCommand`; STATE_CORRUPT when it was written by a newer version or by something else. */
export function decodeCommand(text: string): Command {
  const {version, command}: {version?: unknown; command?: unknown} = JSON.parse(text)
  if (version !== 1 || typeof command !== 'object' || command === null)
    throw new EngineError('STATE_CORRUPT', `the catalog holds a command of version ${String(version)}; this version reads 1`)
  // Written by encodeCommand of version 1, which takes commands only.
  return untag(command) as Command
}

function tag(value: unknown): unknown {
  if (typeof value === 'bigint') return {$long: String(value)}
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return {$double: Object.is(value, -0) ? '-0' : String(value)}
  if (value instanceof Uint8Array) return {$bytes: Buffer.from(value).toString('base64')}
  if (value instanceof Map) return {$map: [...value].map(([key, item]) => [tag(key), tag(item)])}
  if (Array.isArray(value)) return value.map(tag)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, tag(item)]))
}

function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [first, ...more] = entries
  if (first !== undefined && more.length === 0) {
    const [name, item] = first
    if (name === '$long') return BigInt(item)
    if (name === '$double') return Number(item)
    if (name === '$bytes') return new Uint8Array(Buffer.from(item, 'base64'))
    if (name === '$map') return new Map((item as [unknown, unknown][]).map(([key, of]) => [untag(key), untag(of)]))
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, untag(item)]))
}
