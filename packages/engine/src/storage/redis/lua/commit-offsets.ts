import {script} from '../script.ts'

/**
 * KEYS: the group, the memory of its outbox. ARGV: expected generation ('' for any), then partition and JSON of each offset.
 * Returns {1 or 0: whether it was written, 1 or 0: whether the outbox holds something}.
 */
export const commitOffsets = script(`
if ARGV[1] ~= '' and (redis.call('HGET', KEYS[1], 'generation') or '0') ~= ARGV[1] then return {0, 0} end
for i = 2, #ARGV, 4000 do redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 3999, #ARGV))) end
return {1, redis.call('HEXISTS', KEYS[2], 'pending')}
`)
