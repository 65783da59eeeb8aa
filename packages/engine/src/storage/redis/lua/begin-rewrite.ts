import {script} from '../script.ts'

/**
 * KEYS: rewrite, meta. ARGV: token of the compaction that begins. Whoever compacted the partition until now has lost it, and what it
 * wrote goes. Returns 1, or 0 for a partition that does not exist.
 */
export const beginRewrite = script(`
if redis.call('HEXISTS', KEYS[2], 'end') == 0 then return 0 end
redis.call('UNLINK', KEYS[1])
redis.call('HSET', KEYS[2], 'rewriter', ARGV[1])
return 1
`)
