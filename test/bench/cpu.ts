import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import type {Redis} from 'ioredis'

/** What runs beside this process: a redis-server that tells its own CPU time, or any process by its id (on Linux). */
export type Server = Redis | {readonly pid: number}

/** CPU seconds of this process (all threads) and of the server, since `startCpu`. */
export type CpuMeter = {readonly stop: () => Promise<CpuUse>}
export type CpuUse = {readonly nodeSeconds: number; readonly serverSeconds: number; readonly wallSeconds: number}

/** Without a server: this process alone. */
export async function startCpu(server?: Server): Promise<CpuMeter> {
  const serverBefore = await serverCpu(server)
  const before = process.cpuUsage()
  const wallBefore = performance.now()
  return {
    stop: async () => {
      const used = process.cpuUsage(before)
      const wallSeconds = (performance.now() - wallBefore) / 1000
      return {
        nodeSeconds: (used.user + used.system) / 1e6,
        serverSeconds: (await serverCpu(server)) - serverBefore,
        wallSeconds,
      }
    },
  }
}

async function serverCpu(server: Server | undefined): Promise<number> {
  if (!server) return 0
  return 'pid' in server ? processCpu(server.pid) : redisCpu(server)
}

async function redisCpu(redis: Redis): Promise<number> {
  const info = await redis.info('cpu')
  return ['used_cpu_sys', 'used_cpu_user'].reduce(
    (sum, name) => sum + Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0),
    0,
  )
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']))

/** User and system time of all threads: fields 14 and 15 of proc(5)'s stat. What follows the name in brackets begins with field 3. */
function processCpu(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
