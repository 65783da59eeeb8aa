import {script} from '../script.ts'
import {appendPlan} from './append-plan.ts'

/**
 * KEYS: log and meta of each partition; the group, when offsets go with it.
 * ARGV: now in ms, '1' when atomic, wake channel, wake message, index of the group in KEYS (0: none), its expected generation
 * ('' for any), number of offset fields, these fields (partition, JSON), then the batches.
 * Returns {status, number} for each batch, flat.
 */
export const appendBatches = script(
  appendPlan,
  `
local nowMs, isAtomic, group, generation, fields = tonumber(ARGV[1]), ARGV[2] == '1', tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
local decided = plan(8 + fields, nowMs)
local isStale = group > 0 and generation ~= '' and (redis.call('HGET', KEYS[group], 'generation') or '0') ~= generation
if isAtomic and (decided.refusals > 0 or (isStale and #decided.writes > 0)) then
  for i = 1, #decided.outcomes, 2 do
    local status = decided.outcomes[i]
    if status == 'appended' or status == 'duplicate' then decided.outcomes[i] = 'aborted' end
  end
elseif #decided.writes > 0 then
  write(decided)
  if fields > 0 then redis.call('HSET', KEYS[group], unpack(ARGV, 8, 7 + fields)) end
  redis.call('PUBLISH', ARGV[3], ARGV[4])
end
-- A retry whose first answer was lost. WAIT speaks of what its own connection wrote (Redis 7.2), so something must be written.
for _, partition in pairs(decided.partitions) do
  if partition.isRepeated and not partition.isWritten then redis.call('HSET', partition.meta, 'end', int(partition.next)) end
end
return decided.outcomes
`,
)
