import {script} from '../script.ts'

/** Bytes of entries looked at in one call, and entries looked at one by one. */
const bytesPerCall = 1 << 20
const entriesPerCall = 50

/**
 * KEYS: a log. ARGV: lowest and highest offset, time in ms, '1' in the first call of a search.
 * Returns {'found', base}, {'none'}, or {'more', lowest and highest offset} to go on with.
 *
 * The field x never falls along the log, so halving finds where the time is first reached. The batch that reached it may be gone
 * (trimmed, compacted): then the search goes on one by one. In steps, so that it never holds the server for long.
 */
export const batchAtTime = script(`
local function int(n) return string.format('%.0f', n) end
local low, high, time, seen = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), 0
-- A trim may have put the begin inside of a batch, which is kept whole.
local holder = ARGV[4] == '1' and low > 0 and redis.call('XREVRANGE', KEYS[1], int(low - 1) .. '-1', '-', 'COUNT', 1)[1]
if holder then
  local base = tonumber(string.match(holder[1], '^%d+'))
  if base + tonumber(holder[2][4]) > low then low = base end
end
while low < high do
  if seen > ${bytesPerCall} then return {'more', low, high} end
  local middle = math.floor((low + high) / 2)
  local entry = redis.call('XREVRANGE', KEYS[1], int(middle) .. '-1', '-', 'COUNT', 1)[1]
  if entry and tonumber(entry[2][10]) >= time then
    high = tonumber(string.match(entry[1], '^%d+'))
  else
    low = middle + 1
  end
  seen = seen + (entry and #entry[2][2] or 0)
end
local next = low
for _ = 1, ${entriesPerCall} do
  if seen > ${bytesPerCall} then break end
  local entry = redis.call('XRANGE', KEYS[1], int(next) .. '-0', '+', 'COUNT', 1)[1]
  if not entry then return {'none'} end
  local base = tonumber(string.match(entry[1], '^%d+'))
  if tonumber(entry[2][6]) >= time then return {'found', base} end
  next = base + tonumber(entry[2][4])
  seen = seen + #entry[2][2]
end
return {'more', next, next}
`)
