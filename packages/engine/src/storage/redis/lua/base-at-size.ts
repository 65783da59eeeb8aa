import {script} from '../script.ts'

/** Bytes of entries looked at in one call. */
const bytesPerCall = 1 << 20

/**
 * KEYS: a log. ARGV: lowest and highest offset, bytes, the best so far. Looks by halving for the last entry that has at most so many bytes
 * before it. Returns {'found' or 'more', offsets between which it may be, its base as far as it is known}.
 */
export const baseAtSize = script(`
local low, high, bytes, best, seen = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), 0
while low < high do
  if seen > ${bytesPerCall} then return {'more', low, high, best} end
  local middle = math.floor((low + high) / 2)
  local entry = redis.call('XREVRANGE', KEYS[1], string.format('%.0f', middle) .. '-1', '-', 'COUNT', 1)[1]
  local base = entry and tonumber(string.match(entry[1], '^%d+'))
  if entry and tonumber(entry[2][8]) > bytes then
    high = base
  else
    low = middle + 1
    best = base and math.max(best, base) or best
  end
  seen = seen + (entry and #entry[2][2] or 0)
end
return {'found', low, high, best}
`)
