import {EngineError} from '../base/errors.ts'
import {canonicalJson, fromCanonicalJson} from '../plan/canonical-json.ts'
import type {Command} from './command.ts'

/** A command as JSON text; see `canonicalJson` for the SQL values in it. */
export const encodeCommand = (command: Command): string => canonicalJson({version: 1, command})

/** The command of `encodeCommand`; STATE_CORRUPT when it was written by a newer version or by something else. */
export function decodeCommand(text: string): Command {
  const written = parse(text)
  const {version, command}: {version?: unknown; command?: unknown} =
    typeof written === 'object' && written !== null ? written : {}
  if (version !== 1 || typeof command !== 'object' || command === null)
    throw new EngineError('STATE_CORRUPT', `the catalog holds a command of version ${String(version)}; this version reads 1`)
  // Written by encodeCommand of version 1, which takes commands only.
  return command as Command
}

function parse(text: string): unknown {
  try {
    return fromCanonicalJson(text)
  } catch (error) {
    throw new EngineError('STATE_CORRUPT', 'the catalog holds a command that is not JSON', {}, error)
  }
}
