import {script} from '../script.ts'

/** KEYS: the task. ARGV: a name for it, kept by the first claim of its life. Raises its epoch and returns {epoch, field, value, ...} of all that was committed. */
export const claimTask = script(`
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
redis.call('HSETNX', KEYS[1], 'incarnation', ARGV[1])
local answer = redis.call('HGETALL', KEYS[1])
table.insert(answer, 1, epoch)
return answer
`)
