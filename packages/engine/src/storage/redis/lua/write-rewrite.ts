import {script} from '../script.ts'

/**
 * KEYS: rewrite, meta. ARGV: token, then for each entry: base, count, latest timestamp, bytes before it, latest timestamp up to it, its
 * bytes. Returns 1, or 0 when the partition was dropped or another compaction has begun.
 */
export const writeRewrite = script(`
if redis.call('HGET', KEYS[2], 'rewriter') ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 6 do
  redis.call('XADD', KEYS[1], ARGV[i] .. '-1', 'b', ARGV[i + 5], 'n', ARGV[i + 1], 't', ARGV[i + 2], 'z', ARGV[i + 3], 'x', ARGV[i + 4])
end
return 1
`)

/**
 * KEYS: the stream to copy from, rewrite, meta. ARGV: token, first offset, end of the range as XRANGE takes it, bytes before, latest
 * timestamp so far, bytes and entries that may be copied. Returns {offset to go on from, '' at the end, bytes, latest timestamp}, or nothing
 * when the partition was dropped or another compaction has begun.
 */
export const copyToRewrite = script(`
local function int(n) return string.format('%.0f', n) end
if redis.call('HGET', KEYS[3], 'rewriter') ~= ARGV[1] then return {} end
local from, z, x, bytesMax = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[4]) + tonumber(ARGV[6])
for _ = 1, tonumber(ARGV[7]) do
  if z >= bytesMax then break end
  local entry = redis.call('XRANGE', KEYS[1], from .. '-0', ARGV[3], 'COUNT', 1)[1]
  if not entry then return {'', int(z), int(x)} end
  local base, fields = string.match(entry[1], '^%d+'), entry[2]
  x = math.max(x, tonumber(fields[6]))
  redis.call('XADD', KEYS[2], entry[1], 'b', fields[2], 'n', fields[4], 't', fields[6], 'z', int(z), 'x', int(x))
  z = z + #fields[2]
  from = int(tonumber(base) + 1)
end
return {from, int(z), int(x)}
`)
