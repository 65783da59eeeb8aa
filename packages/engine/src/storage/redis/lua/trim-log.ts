import {script} from '../script.ts'

/** What one step removes at most: it takes a millisecond or two. Large entries are counted by their average size. */
const bytesPerStep = 2 << 20
const entriesPerStep = 1000

/**
 * KEYS: log, compacted log, meta, index of keys, event ids. ARGV: offset before which whole batches go. One step of it: it removes what
 * it may and moves the begin as far.
 *
 * Returns {the new begin, base of the first batch that is kept, 1 when the indexes are to be swept of what is gone, 1 when it is done}; the
 * begin is -1 for a partition that does not exist. A sweep is due when as much was trimmed since the last one (swept) as is
 * left: so it costs no more than the appends did.
 *
 * It begins with a removal, so that it runs to its end in a server whose memory is full too.
 */
export const trimLog = script(`
local function int(n) return string.format('%.0f', n) end
local function baseOf(entry) return tonumber(string.match(entry[1], '^%d+')) end
local function firstFrom(stream, id) return redis.call('XRANGE', stream, id, '+', 'COUNT', 1)[1] end
local meta = redis.call('HMGET', KEYS[3], 'begin', 'end', 'z', 'd', 'cz', 'cd', 'swept', 'split')
if not meta[1] then return {-1, 0, 0, 1} end
local begin, last, split = tonumber(meta[1]), tonumber(meta[2]), tonumber(meta[8] or '0')
local target = math.max(begin, math.min(tonumber(ARGV[1]), last))

-- Drops entries that lie wholly before an offset. Returns whether all are gone, and the first that is left.
local function cut(stream, offset, bytes)
  local keep = offset
  local holder = offset > 0 and redis.call('XREVRANGE', stream, int(offset - 1) .. '-1', '-', 'COUNT', 1)[1]
  if holder and baseOf(holder) + tonumber(holder[2][4]) > offset then keep = baseOf(holder) end
  local average = bytes / math.max(1, redis.call('XLEN', stream))
  local room = math.max(1, math.min(${entriesPerStep}, math.floor(${bytesPerStep} / math.max(1, average))))
  -- By whole nodes of the stream; the rest of the last one, or a node with more entries than there is room for, in small parts.
  local removed = redis.call('XTRIM', stream, 'MINID', '~', int(keep) .. '-0', 'LIMIT', room)
  local first = firstFrom(stream, '-')
  if removed == 0 and first and baseOf(first) < keep then
    redis.call('XTRIM', stream, 'MINID', '=', int(math.min(keep, baseOf(first) + 100)) .. '-0')
    first = firstFrom(stream, '-')
  end
  return not first or baseOf(first) >= keep, first
end

local z, d, cz, cd = tonumber(meta[3] or '0'), tonumber(meta[4] or '0'), tonumber(meta[5] or '0'), tonumber(meta[6] or '0')
local isDone, compacted = cut(KEYS[2], target, cz - cd)
local log
if isDone then isDone, log = cut(KEYS[1], math.max(target, split), z - d) end
-- Below the split the log has nothing but what a compaction has left to be removed.
if not log or baseOf(log) < split then log = firstFrom(KEYS[1], int(split) .. '-0') end
local first = compacted or log
if not isDone and first then target = math.max(begin, math.min(target, baseOf(first))) end
redis.call('HSET', KEYS[3], 'begin', int(target), 'd', log and log[2][8] or int(z), 'cd', compacted and compacted[2][8] or int(cz))
local isDue = isDone and target - tonumber(meta[7] or '0') >= last - target and redis.call('EXISTS', KEYS[4], KEYS[5]) > 0
if isDue then redis.call('HSET', KEYS[3], 'swept', int(target)) end
return {target, first and baseOf(first) or last, isDue and 1 or 0, isDone and 1 or 0}
`)
