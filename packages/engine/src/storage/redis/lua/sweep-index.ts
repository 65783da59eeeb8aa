import {script} from '../script.ts'

/**
 * KEYS: an index of keys. ARGV: where in the order of its members to begin, base of the first batch that is kept, members to look at.
 * Removes members of batches before that one, but the last of each key, which says how many events the key has.
 * Returns where to go on, '' at the end.
 */
export const sweepKeyIndex = script(`
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], '+', 'LIMIT', 0, ARGV[3] + 1)
local gone = {}
for i = 1, #members - 1 do
  local isLast = string.sub(members[i], 1, 32) ~= string.sub(members[i + 1], 1, 32)
  if not isLast and tonumber(string.sub(members[i], 49, 64)) < tonumber(ARGV[2]) then gone[#gone + 1] = members[i] end
end
if #gone > 0 then redis.call('ZREM', KEYS[1], unpack(gone)) end
return #members > tonumber(ARGV[3]) and '[' .. members[#members] or ''
`)

/** KEYS: event ids. ARGV: cursor, base of the first batch that is kept, fields to look at. Returns the next cursor, 0 at the end. */
export const sweepEventIds = script(`
local found = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[3])
local gone = {}
for i = 1, #found[2], 2 do
  if tonumber(found[2][i + 1]) < tonumber(ARGV[2]) then gone[#gone + 1] = found[2][i] end
end
for i = 1, #gone, 4000 do redis.call('HDEL', KEYS[1], unpack(gone, i, math.min(i + 3999, #gone))) end
return found[1]
`)
