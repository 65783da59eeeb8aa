import {script} from '../script.ts'
import {appendPlan} from './append-plan.ts'
import {wakeOthers} from './wake-others.ts'

/**
 * KEYS: log and meta of a partition. ARGV: outbox, sequence in it, first sequence of its commit, wake channel and message, then
 * one batch. Meta has `f:<outbox>` = `<sequence> <base> ...` of the last commit whose entries came, newest first.
 * Returns {status, base}: 'appended'; 'duplicate' when this sequence or a later one of this outbox is already there (base is -1
 * when entries of a later commit are); 'unknown-partition'. A repetition writes what is there again: WAIT speaks of what its own
 * connection wrote.
 */
export const forwardOutput = script(
  appendPlan,
  wakeOthers,
  `
local field, sequence, first = 'f:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local stored, last, together = redis.call('HGET', KEYS[2], field), -1, ''
for known, base in string.gmatch(stored or '', '(%d+) (%d+)') do
  last = math.max(last, tonumber(known))
  if tonumber(known) == sequence then
    redis.call('HSET', KEYS[2], field, stored)
    return {'duplicate', tonumber(base)}
  end
  if tonumber(known) >= first then together = together .. ' ' .. known .. ' ' .. base end
end
if sequence <= last then return {'duplicate', -1} end
local decided = plan(6, 0)
if decided.outcomes[1] == 'appended' then
  write(decided)
  redis.call('HSET', KEYS[2], field, ARGV[2] .. ' ' .. int(decided.outcomes[2]) .. together)
  wakeOthers(4, 6, decided.outcomes)
end
return decided.outcomes
`,
)
