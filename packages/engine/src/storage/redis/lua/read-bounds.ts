import {script} from '../script.ts'

/** KEYS: metas of partitions. Returns a line for each: begin, end and bytes; an empty one where there is none. */
export const readBounds = script(`
local lines = {}
for i, key in ipairs(KEYS) do
  local meta = redis.call('HMGET', key, 'begin', 'end', 'z', 'd', 'cz', 'cd')
  if meta[2] then
    local bytes = (meta[3] or 0) - (meta[4] or 0) + (meta[5] or 0) - (meta[6] or 0)
    lines[i] = (meta[1] or '0') .. ' ' .. meta[2] .. ' ' .. string.format('%.0f', bytes)
  else
    lines[i] = ''
  end
end
return table.concat(lines, '\\n')
`)
