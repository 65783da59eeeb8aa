import {script} from '../script.ts'

/**
 * KEYS: log, compacted log, meta, index of keys, event ids. ARGV: offset before which whole batches go.
 * Returns {the new begin, base of the first batch that is kept, 1 when the indexes are to be swept of what is gone}; the begin is -1
 * for a partition that does not exist. A sweep is due when as much was trimmed since the last one (swept) as is left: so it
 * costs no more than the appends did.
 */
export const trimLog = script(`
local function int(n) return string.format('%.0f', n) end
local meta = redis.call('HMGET', KEYS[3], 'begin', 'end', 'z', 'cz', 'swept')
if not meta[1] then return {-1, 0, 0} end
local target = math.max(tonumber(meta[1]), math.min(tonumber(ARGV[1]), tonumber(meta[2])))

-- Drops entries that lie wholly before the target; returns the bytes ever written before the first that is left.
local function trim(stream, total)
  local id = int(target) .. '-0'
  if target > 0 then
    local holder = redis.call('XREVRANGE', stream, int(target - 1) .. '-1', '-', 'COUNT', 1)[1]
    if holder then
      local base = tonumber(string.match(holder[1], '^%d+'))
      if base + tonumber(holder[2][4]) > target then id = int(base) .. '-0' end
    end
  end
  redis.call('XTRIM', stream, 'MINID', '=', id)
  local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  return first and first[2][8] or total
end

redis.call('HSET', KEYS[3], 'begin', int(target), 'd', trim(KEYS[1], meta[3]), 'cd', trim(KEYS[2], meta[4] or '0'))
redis.call('HINCRBY', KEYS[3], 'version', 1)
local isDue = target - tonumber(meta[5] or '0') >= tonumber(meta[2]) - target and redis.call('EXISTS', KEYS[4], KEYS[5]) > 0
if isDue then redis.call('HSET', KEYS[3], 'swept', int(target)) end
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1] or redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
return {target, first and tonumber(string.match(first[1], '^%d+')) or tonumber(meta[2]), isDue and 1 or 0}
`)
