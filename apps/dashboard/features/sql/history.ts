import {readStored, writeStored} from '../../lib/stored.ts'

const scriptsMax = 50

/** Scripts that were run in this browser, the newest first. */
export function readHistory(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(readStored('sql.history') ?? '[]')
    return Array.isArray(stored) ? stored.filter(it => typeof it === 'string') : []
  } catch {
    return []
  }
}

export function addToHistory(script: string): readonly string[] {
  const next = [script, ...readHistory().filter(it => it !== script)].slice(0, scriptsMax)
  writeStored('sql.history', JSON.stringify(next))
  return next
}
