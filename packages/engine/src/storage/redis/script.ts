import {createHash} from 'node:crypto'

/** A Lua script, known to the server by its digest. */
export type Script = {readonly source: string; readonly digest: string}

/** One verb, with the library functions it uses in front of it. */
export function script(...parts: readonly string[]): Script {
  const source = parts.join('\n')
  return {source, digest: createHash('sha1').update(source).digest('hex')}
}
