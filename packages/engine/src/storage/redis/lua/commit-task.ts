import {script} from '../script.ts'
import {appendPlan} from './append-plan.ts'
import {wakeOthers} from './wake-others.ts'

/**
 * KEYS: the task; its outbox; its changelog; rows and order of each store; log and meta of each output partition.
 * ARGV: epoch and, if they are known, the incarnation and the token of the commit before, token, now in ms, wake channel and message, outputs for the outbox as a packed array (destination, count,
 * latest timestamp, bytes, …), sequence and bytes of a changelog entry and where the changelog is to begin (each may be empty), number of task fields, the fields (name, value); number of stores, for each: index of its rows in KEYS, '1' when ordered, written keys and values, deleted keys, both as packed arrays; then the
 * outputs.
 * Returns {'committed', last sequence in the outbox, incarnation of the task, base...}, {'fenced', epoch}, {'unknown-partition', index of the output from 0} or {'lost', 0}: the commit before is not there.
 * The token makes it safe to run again when the connection broke: the same token is answered as the first time, and written again,
 * since WAIT speaks of what its own connection wrote. Sequences follow the clock, so that one that a failover lost is not given
 * again: its partition would drop what comes under it.
 */
export const commitTask = script(
  appendPlan,
  wakeOthers,
  `
local task = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'bases', 'outbox', 'incarnation')
if task[2] == ARGV[2] then
  local answer = {'committed', tonumber(task[4] or '0'), task[5]}
  for base in string.gmatch(task[3], '%S+') do answer[#answer + 1] = tonumber(base) end
  redis.call('HSET', KEYS[1], 'token', ARGV[2])
  return answer
end
local epoch, incarnation, before = string.match(ARGV[1], '^(%S+) (%S*) (%S*)$')
if (task[1] or '0') ~= epoch then return {'fenced', tonumber(task[1] or '0')} end
if before ~= '' and task[5] == incarnation and task[2] ~= before then return {'lost', 0} end

local forwards, fields = cmsgpack.unpack(ARGV[6]), tonumber(ARGV[10])
local storesAt = 11 + fields
local outputsAt = storesAt + 1 + 4 * tonumber(ARGV[storesAt])
local decided = plan(outputsAt, tonumber(ARGV[3]))
local last = tonumber(task[4] or '0')
local first = math.max(last + 1, tonumber(ARGV[3]) * 1000)
if #forwards > 0 then last = first + #forwards / 4 - 1 end
local answer, bases = {'committed', last, task[5]}, {}
for i = 1, #decided.outcomes, 2 do
  if decided.outcomes[i] ~= 'appended' then return {'unknown-partition', (i - 1) / 2} end
  answer[#answer + 1] = decided.outcomes[i + 1]
  bases[#bases + 1] = int(decided.outcomes[i + 1])
end

-- Lua can pass about 8,000 values at once. Small steps for ordered stores: only a step with a new key is put in order.
local function putRows(rows, order, isOrdered, cells)
  local step = isOrdered and 128 or 4000
  for i = 1, #cells, step do
    local stop = math.min(i + step - 1, #cells)
    local added = redis.call('HSET', rows, unpack(cells, i, stop))
    if isOrdered and added > 0 then
      local scored = {}
      for j = i, stop, 2 do
        scored[#scored + 1] = 0
        scored[#scored + 1] = cells[j]
      end
      redis.call('ZADD', order, unpack(scored))
    end
  end
end

local function deleteRows(rows, order, isOrdered, keys)
  for i = 1, #keys, 4000 do
    local stop = math.min(i + 3999, #keys)
    redis.call('HDEL', rows, unpack(keys, i, stop))
    if isOrdered then redis.call('ZREM', order, unpack(keys, i, stop)) end
  end
end

write(decided)
for at = storesAt + 1, outputsAt - 1, 4 do
  local rows, order, isOrdered = KEYS[tonumber(ARGV[at])], KEYS[tonumber(ARGV[at]) + 1], ARGV[at + 1] == '1'
  putRows(rows, order, isOrdered, cmsgpack.unpack(ARGV[at + 2]))
  deleteRows(rows, order, isOrdered, cmsgpack.unpack(ARGV[at + 3]))
end
for i = 1, #forwards, 4 do
  redis.call('XADD', KEYS[2], int(first + (i - 1) / 4) .. '-1', 'd', forwards[i], 'n', forwards[i + 1], 't', forwards[i + 2], 'b', forwards[i + 3])
end
if ARGV[7] ~= '' then redis.call('XADD', KEYS[3], ARGV[7] .. '-1', 'b', ARGV[8]) end
if ARGV[9] ~= '' then redis.call('XTRIM', KEYS[3], 'MINID', '=', ARGV[9] .. '-0') end
if #forwards > 0 then redis.call('HSET', KEYS[1], 'outbox', int(last)) end
redis.call('HSET', KEYS[1], 'token', ARGV[2], 'bases', table.concat(bases, ' '), unpack(ARGV, 11, 10 + fields))
if #decided.writes > 0 then wakeOthers(4, outputsAt + 7, 10, decided.outcomes) end
return answer
`,
)
