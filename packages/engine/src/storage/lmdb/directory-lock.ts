import {mkdirSync, readFileSync, unlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {EngineError} from '../../base/errors.ts'

/**
 * One process owns a directory: `owner` in it holds the process id and, where the system tells, when that process started,
 * so that an id that was given to somebody else meanwhile is not taken for the owner. Threads of the owner may all enter.
 * Returns a function that gives the directory back; it does nothing for a thread that found it owned by its own process.
 */
export function lockDirectory(dir: string): () => void {
  mkdirSync(dir, {recursive: true})
  const path = join(dir, 'owner')
  const self = identityOf(process.pid)
  for (let attempts = 0; attempts < 10; attempts++) {
    try {
      writeFileSync(path, self, {flag: 'wx'})
      return () => unlinkIfPresent(path)
    } catch (error) {
      if (!isFileError(error, 'EEXIST'))
        throw new EngineError('INVALID_CONFIG', `The data directory ${dir} can't be written.`, {dir}, error)
    }
    const owner = readIfPresent(path)
    if (owner === self) return () => {}
    if (owner !== undefined && isRunningAfterAll(owner)) {
      const pid = pidOf(owner)
      throw new EngineError(
        'INVALID_CONFIG',
        `The data directory ${dir} is used by process ${pid}. An embedded store serves one process: stop that one, use another directory, or use Redis.`,
        {dir, pid},
      )
    }
    unlinkIfPresent(path)
  }
  throw new EngineError('INVALID_CONFIG', `The data directory ${dir} changes hands too fast: several processes try to open it.`, {
    dir,
  })
}

/** `<pid> <start time in ticks, or empty>`. */
function identityOf(pid: number): string {
  const stat = readIfPresent(`/proc/${pid}/stat`)
  // The command name in parentheses may hold spaces; field 22 is the 20th after it.
  const startedAt = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return `${pid} ${startedAt}`
}

/** A process that was killed a moment ago may take a while to be gone: it is given up to two seconds. */
function isRunningAfterAll(identity: string): boolean {
  const bell = new Int32Array(new SharedArrayBuffer(4))
  for (let waits = 0; waits < 20 && isRunning(identity); waits++) Atomics.wait(bell, 0, 0, 100)
  return isRunning(identity)
}

const pidOf = (identity: string): number => Number.parseInt(identity, 10)

function isRunning(identity: string): boolean {
  const pid = pidOf(identity)
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (isFileError(error, 'ESRCH')) return false
  }
  return identityOf(pid) === identity && !isZombie(pid)
}

/** Ended, and not yet collected by its parent: it holds nothing any more. */
function isZombie(pid: number): boolean {
  const stat = readIfPresent(`/proc/${pid}/stat`)
  return stat !== undefined && /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function unlinkIfPresent(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) throw error
  }
}

const isFileError = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code
