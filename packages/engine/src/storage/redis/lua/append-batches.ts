import {script} from '../script.ts'
import {appendPlan} from './append-plan.ts'
import {wakeOthers} from './wake-others.ts'

/**
 * KEYS: log, meta, index of keys and event ids of each partition; the group in front of them, when offsets go with it.
 * ARGV: now in ms, '1' when atomic, wake channel and message, index of the group in KEYS (0: none), its expected generation
 * ('' for any), number of offset fields, these fields (partition, JSON), then the batches.
 * Returns {status, number} for each batch, flat.
 */
export const appendBatches = script(
  wakeOthers,
  appendPlan,
  `
local isAtomic, group, generation, first = ARGV[2] == '1', tonumber(ARGV[5]), ARGV[6], 8 + tonumber(ARGV[7])
local decided = plan(first, tonumber(ARGV[1]))
local isStale = group > 0 and generation ~= '' and (redis.call('HGET', KEYS[group], 'generation') or '0') ~= generation
if isAtomic and (decided.refusals > 0 or (isStale and #decided.writes > 0)) then
  for i = 1, #decided.outcomes, 2 do
    local status = decided.outcomes[i]
    if status == 'appended' or status == 'duplicate' then decided.outcomes[i] = 'aborted' end
  end
elseif #decided.writes > 0 then
  write(decided)
  if first > 8 then redis.call('HSET', KEYS[group], unpack(ARGV, 8, first - 1)) end
  wakeOthers(3, first + 7, 10, decided.outcomes)
end
-- A retry whose first answer was lost. WAIT speaks of what its own connection wrote (Redis 7.2), so something must be written.
for _, partition in pairs(decided.partitions) do
  if partition.isRepeated and not partition.isWritten then redis.call('HSET', partition.meta, 'end', int(partition.next)) end
end
return decided.outcomes
`,
)
