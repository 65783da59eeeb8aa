import {script} from '../script.ts'

/**
 * KEYS: the group, the memory of its outbox. ARGV: a generation, which becomes the group's unless that is higher already. It is
 * written even if it is the group's: who then waits for replicas waits for whoever raised it, too.
 * Returns {the group's generation, 1 or 0: whether the outbox holds something}.
 */
export const raiseGeneration = script(`
local current = tonumber(redis.call('HGET', KEYS[1], 'generation') or '0')
if tonumber(ARGV[1]) >= current then redis.call('HSET', KEYS[1], 'generation', ARGV[1]) end
return {math.max(tonumber(ARGV[1]), current), redis.call('HEXISTS', KEYS[2], 'pending')}
`)
