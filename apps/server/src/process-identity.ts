import {hostname} from 'node:os'

/** Names this process among those of all machines: `host:pid`. */
export const processName = (): string => `${hostname()}:${process.pid}`

/** Whether the process of that name ran on this machine and has ended. Our own name: its id was given to us. */
export function isGone(name: string): boolean {
  const at = name.lastIndexOf(':')
  const pid = Number(name.slice(at + 1))
  if (name.slice(0, at) !== hostname() || !(pid > 0)) return false
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
