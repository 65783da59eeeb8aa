import {script} from '../script.ts'

/** KEYS: meta of a partition. Writes what is there again: WAIT speaks of what its own connection wrote. */
export const touchPartition = script(`
local stored = redis.call('HGET', KEYS[1], 'end')
if stored then redis.call('HSET', KEYS[1], 'end', stored) end
return 1
`)
