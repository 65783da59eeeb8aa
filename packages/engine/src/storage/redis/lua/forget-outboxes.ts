import {script} from '../script.ts'

/**
 * KEYS: meta of a partition. ARGV: a token that was never used, then names of outboxes that are gone for ever. Forgets them. Who sends from an
 * outbox that the partition does not know must have seen it since (`forward-output.ts`). Returns how many were known.
 */
export const forgetOutboxes = script(`
local fields = {}
for i = 2, #ARGV do fields[#fields + 1] = 'f:' .. ARGV[i] end
local known = redis.call('HDEL', KEYS[1], unpack(fields))
if known > 0 then redis.call('HSET', KEYS[1], 'forgot', ARGV[1]) end
return known
`)
