import {script} from '../script.ts'

/**
 * KEYS: log, compacted log, meta. ARGV: offset before which whole batches go.
 * Returns the new begin, or -1 for a partition that does not exist.
 */
export const trimLog = script(`
local function int(n) return string.format('%.0f', n) end
local meta = redis.call('HMGET', KEYS[3], 'begin', 'end', 'z', 'cz')
if not meta[1] then return -1 end
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
return target
`)
