import {script} from '../script.ts'

/**
 * KEYS: a log. ARGV: lowest and highest offset, time in ms, entries that may be looked at one by one.
 * Returns {'found', base}, {'none', 0}, or {'more', offset} to go on from.
 *
 * The field x never falls along the log, so halving finds where the time is first reached. The batch that reached it may be gone
 * (trimmed, compacted): then the search goes on one by one, and in steps, so that it never holds the server for long.
 */
export const batchAtTime = script(`
local function int(n) return string.format('%.0f', n) end
local low, high, time, stepsMax = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
-- A trim may have put the begin inside of a batch, which is kept whole.
local holder = low > 0 and redis.call('XREVRANGE', KEYS[1], int(low - 1) .. '-1', '-', 'COUNT', 1)[1]
if holder then
  local base = tonumber(string.match(holder[1], '^%d+'))
  if base + tonumber(holder[2][4]) > low then low = base end
end
while low < high do
  local middle = math.floor((low + high) / 2)
  local entry = redis.call('XREVRANGE', KEYS[1], int(middle) .. '-1', '-', 'COUNT', 1)[1]
  if entry and tonumber(entry[2][10]) >= time then
    high = tonumber(string.match(entry[1], '^%d+'))
  else
    low = middle + 1
  end
end
local next = low
for _ = 1, stepsMax do
  local entry = redis.call('XRANGE', KEYS[1], int(next) .. '-0', '+', 'COUNT', 1)[1]
  if not entry then return {'none', 0} end
  local base = tonumber(string.match(entry[1], '^%d+'))
  if tonumber(entry[2][6]) >= time then return {'found', base} end
  next = base + tonumber(entry[2][4])
end
return {'more', next}
`)
