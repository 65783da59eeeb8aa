import {script} from '../script.ts'

/**
 * KEYS: log, compacted log, its rewrite, meta. ARGV: expected version, offset from which on the log itself is read, bytes in
 * the rewrite. Puts the rewrite in the place of the compacted log and cuts the log. Returns 1, or 0 when somebody trimmed or
 * compacted meanwhile.
 */
export const swapCompacted = script(`
if (redis.call('HGET', KEYS[4], 'version') or '0') ~= ARGV[1] then
  redis.call('DEL', KEYS[3])
  return 0
end
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[2]) else redis.call('DEL', KEYS[2]) end
redis.call('XTRIM', KEYS[1], 'MINID', '=', ARGV[2] .. '-0')
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
local dropped = first and first[2][8] or redis.call('HGET', KEYS[4], 'z')
redis.call('HSET', KEYS[4], 'split', ARGV[2], 'd', dropped, 'cz', ARGV[3], 'cd', 0)
redis.call('HINCRBY', KEYS[4], 'version', 1)
return 1
`)
