import {script} from '../script.ts'

/** KEYS: the documents. ARGV: name, expected version, JSON ('' removes). Returns 1 when it was written, else 0. */
export const putDocument = script(`
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local version = stored and tonumber(string.match(stored, '^%d+')) or 0
if version ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%d %s', version + 1, ARGV[3]))
end
return 1
`)
