import {script} from '../script.ts'
import {headBytes} from '../../port/log-store.ts'

/**
 * KEYS: logs. ARGV: an offset for each. Returns {base, count, first bytes} of the batch that holds the offset or lies before it;
 * {} where there is none.
 */
export const readHeads = script(`
local heads = {}
for i, log in ipairs(KEYS) do
  local entry = redis.call('XREVRANGE', log, ARGV[i] .. '-1', '-', 'COUNT', 1)[1]
  heads[i] = entry and {string.match(entry[1], '^%d+'), entry[2][4], string.sub(entry[2][2], 1, ${headBytes})} or {}
end
return heads
`)
