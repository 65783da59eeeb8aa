import {script} from '../script.ts'
import {appendPlan} from './append-plan.ts'
import {wakeOthers} from './wake-others.ts'

/**
 * KEYS: log and meta of a partition. ARGV: who forwards, sequence in its outbox, wake channel and message, then one batch.
 * Returns {status, base}: 'appended'; 'duplicate' when this sequence or a later one of this outbox is already there (base is -1
 * for a later one); 'unknown-partition'.
 */
export const forwardOutput = script(
  appendPlan,
  wakeOthers,
  `
local field, sequence = 'f:' .. ARGV[1], tonumber(ARGV[2])
local stored = redis.call('HGET', KEYS[2], field)
if stored then
  local last, base = string.match(stored, '^(%d+) (%d+)$')
  if sequence <= tonumber(last) then return {'duplicate', sequence == tonumber(last) and tonumber(base) or -1} end
end
local decided = plan(5, 0)
if decided.outcomes[1] == 'appended' then
  write(decided)
  redis.call('HSET', KEYS[2], field, ARGV[2] .. ' ' .. int(decided.outcomes[2]))
  wakeOthers(3, 5, decided.outcomes)
end
return decided.outcomes
`,
)
