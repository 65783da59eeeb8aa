import {script} from '../script.ts'

/** KEYS: hashes of groups. Returns for each what it holds, JSON by commas: committed offsets and, if it has one, its generation. */
export const readOffsets = script(`
local groups = {}
for i, key in ipairs(KEYS) do groups[i] = table.concat(redis.call('HVALS', key), ',') end
return groups
`)
