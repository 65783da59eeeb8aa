import type {Redis} from 'ioredis'

/** CPU seconds of this process (all threads) and of the Redis server, since `startCpu`. */
export type CpuMeter = {readonly stop: () => Promise<CpuUse>}
export type CpuUse = {readonly nodeSeconds: number; readonly redisSeconds: number; readonly wallSeconds: number}

export async function startCpu(redis: Redis | undefined): Promise<CpuMeter> {
  const redisBefore = await redisCpu(redis)
  const before = process.cpuUsage()
  const wallBefore = performance.now()
  return {
    stop: async () => {
      const used = process.cpuUsage(before)
      const wallSeconds = (performance.now() - wallBefore) / 1000
      return {nodeSeconds: (used.user + used.system) / 1e6, redisSeconds: (await redisCpu(redis)) - redisBefore, wallSeconds}
    },
  }
}

async function redisCpu(redis: Redis | undefined): Promise<number> {
  if (!redis) return 0
  const info = await redis.info('cpu')
  return ['used_cpu_sys', 'used_cpu_user'].reduce(
    (sum, name) => sum + Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0),
    0,
  )
}

/** Events per CPU-second of client and server together. */
export const capacity = (events: number, use: CpuUse): number => events / (use.nodeSeconds + use.redisSeconds)
