import {script} from '../script.ts'

/** KEYS: metas of partitions. Returns a line for each: begin, end, z, d, cz and cd, each '' where it is absent. */
export const readBounds = script(`
local lines = {}
for i, key in ipairs(KEYS) do
  local meta = redis.call('HMGET', key, 'begin', 'end', 'z', 'd', 'cz', 'cd')
  lines[i] = (meta[1] or '') .. ' ' .. (meta[2] or '') .. ' ' .. (meta[3] or '') .. ' ' .. (meta[4] or '') .. ' ' ..
    (meta[5] or '') .. ' ' .. (meta[6] or '')
end
return table.concat(lines, '\\n')
`)
