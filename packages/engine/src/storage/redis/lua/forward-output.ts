import {script} from '../script.ts'
import {appendPlan} from './append-plan.ts'
import {wakeOthers} from './wake-others.ts'

/**
 * KEYS: log and meta of a partition. ARGV: outbox, sequence in it, first sequence of its commit, `forgot` of the partition as it was when
 * the outbox was last seen, wake channel and message, then one batch. Meta has `f:<outbox>` = `<sequence> <base> ...` of the last
 * commit whose entries came, newest first, and `forgot`, another one each time such fields went (`forget-outboxes.ts`).
 * Returns {status, base}: 'appended'; 'duplicate' when this sequence or a later one of this outbox is already there (base is -1
 * when entries of a later commit are); 'unknown-partition'; 'forgot' with what it is now, when nothing is known of this outbox and
 * it may have been forgotten since it was last seen. A repetition writes what is there again: WAIT speaks of what its own
 * connection wrote.
 */
export const forwardOutput = script(
  appendPlan,
  wakeOthers,
  `
local field, sequence, first = 'f:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local meta, last, together = redis.call('HMGET', KEYS[2], field, 'forgot'), -1, ''
local stored, forgot = meta[1], meta[2] or ''
if not stored and forgot ~= ARGV[4] then return {'forgot', forgot} end
for known, base in string.gmatch(stored or '', '(%d+) (%d+)') do
  last = math.max(last, tonumber(known))
  if tonumber(known) == sequence then
    redis.call('HSET', KEYS[2], field, stored)
    return {'duplicate', tonumber(base)}
  end
  if tonumber(known) >= first then together = together .. ' ' .. known .. ' ' .. base end
end
if sequence <= last then return {'duplicate', -1} end
local decided = plan(7, 0)
if decided.outcomes[1] == 'appended' then
  write(decided)
  redis.call('HSET', KEYS[2], field, ARGV[2] .. ' ' .. int(decided.outcomes[2]) .. together)
  wakeOthers(5, 14, 10, decided.outcomes)
end
return decided.outcomes
`,
)
