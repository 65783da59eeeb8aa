import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** A new directory, and how to remove it. */
export function temporaryDirectory(what: string): {readonly path: string; readonly remove: () => void} {
  const path = mkdtempSync(join(tmpdir(), `millrace-${what}-`))
  return {path, remove: () => rmSync(path, {recursive: true, force: true})}
}
