import {script} from '../script.ts'

/**
 * KEYS: log, compacted log, its rewrite, meta. ARGV: token, offset from which on the log itself is read, bytes in the rewrite. Puts the
 * rewrite in the place of the compacted log; what the log still has below the offset is nobody's, and a trim removes it. Returns
 * 1, or 0 when the partition was dropped or another compaction has begun.
 */
export const swapCompacted = script(`
if redis.call('HGET', KEYS[4], 'rewriter') ~= ARGV[1] then return 0 end
redis.call('UNLINK', KEYS[2])
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[2]) end
local first = redis.call('XRANGE', KEYS[1], ARGV[2] .. '-0', '+', 'COUNT', 1)[1]
local dropped = first and first[2][8] or redis.call('HGET', KEYS[4], 'z')
redis.call('HSET', KEYS[4], 'split', ARGV[2], 'd', dropped, 'cz', ARGV[3], 'cd', 0)
redis.call('HDEL', KEYS[4], 'rewriter')
return 1
`)

/** KEYS: rewrite, meta. ARGV: token. Removes what a compaction wrote that comes to nothing, unless another one has begun. */
export const abandonRewrite = script(`
if redis.call('HGET', KEYS[2], 'rewriter') ~= ARGV[1] then return 0 end
redis.call('UNLINK', KEYS[1])
redis.call('HDEL', KEYS[2], 'rewriter')
return 1
`)
