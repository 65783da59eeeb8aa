import {rememberedBatches} from '../../port/admission.ts'
import {script} from '../script.ts'
import {producerMemory} from './producer-memory.ts'

/**
 * Commits offsets of a group and puts the batches that go with them into its outbox, all of it in the group's slot. The stamps of
 * producers are judged here, by the rules of `planAppend`, since their partitions are elsewhere; one that is not remembered
 * begins with any sequence. While the outbox holds what an earlier call put there, nothing is written.
 *
 * The memory is a hash: token of the last call that wrote, `last` sequence, `incarnation` of the outbox, `pending` (the first sequence
 * in the outbox, while it holds any), and `p:<partition> <producer id>` = `<epoch> <sequence> <seen ms> <base>...`, newest
 * base first, of batches that have arrived. Sequences follow the clock, so that one that a failover lost is not given again.
 *
 * KEYS: the group, its outbox, its memory. ARGV: token, now in ms, expected generation ('' for any), name for a new outbox, number
 * of offset fields, these fields (partition, JSON), then for each batch: partition and producer id, epoch, sequence,
 * destination, count, latest timestamp, bytes.
 * Returns {'pending'}; {'committed', incarnation, status, number, ...}; {'known', ...} when all are duplicates; {'refused', ...}.
 * The number of an appended batch is its sequence in the outbox, that of a duplicate its base (-1: its partition has gone).
 */
export const commitConsumed = script(
  producerMemory,
  `
local function judge(producer, epoch, sequence)
  if not producer then return 'appended', 0 end
  if epoch < producer.epoch then return 'fenced', producer.epoch end
  local isSameEpoch = epoch == producer.epoch
  local base = isSameEpoch and producer.bases[producer.sequence - sequence + 1]
  if base then return 'duplicate', base end
  local expected = isSameEpoch and producer.sequence + 1 or 0
  if sequence ~= expected then return 'out-of-order', expected end
  return 'appended', 0
end

local memory = redis.call('HMGET', KEYS[3], 'token', 'last', 'incarnation', 'pending')
local isRepeated = memory[4] and memory[1] == ARGV[1]
if memory[4] and not isRepeated then return {'pending'} end

local fields = tonumber(ARGV[5])
local producers, outcomes, writes, refusals = {}, {}, {}, 0
for i = 6 + fields, #ARGV, 7 do
  local name, epoch, sequence = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  if producers[name] == nil then producers[name] = readProducer(redis.call('HGET', KEYS[3], 'p:' .. name)) end
  local status, number = judge(producers[name], epoch, sequence)
  outcomes[#outcomes + 1] = status
  outcomes[#outcomes + 1] = number
  if status == 'appended' then
    producers[name] = {epoch = epoch, sequence = sequence, bases = {}}
    writes[#writes + 1] = {at = i, outcome = #outcomes}
  elseif status ~= 'duplicate' then
    refusals = refusals + 1
  end
end

if isRepeated then
  local first = tonumber(memory[4])
  for i, batch in ipairs(writes) do outcomes[batch.outcome] = first + i - 1 end
  redis.call('HSET', KEYS[3], 'token', ARGV[1])
  return {'committed', memory[3], unpack(outcomes)}
end
local isStale = ARGV[3] ~= '' and (redis.call('HGET', KEYS[1], 'generation') or '0') ~= ARGV[3]
if refusals > 0 or (isStale and #writes > 0) then
  for i = 1, #outcomes, 2 do
    if outcomes[i] == 'appended' or outcomes[i] == 'duplicate' then outcomes[i] = 'aborted' end
  end
  return {'refused', unpack(outcomes)}
end
-- A retry whose first answer was lost. WAIT speaks of what its own connection wrote, so something must be written.
if #writes == 0 then
  redis.call('HSET', KEYS[3], 'last', memory[2])
  return {'known', unpack(outcomes)}
end

redis.call('HSETNX', KEYS[3], 'incarnation', ARGV[4])
local first = math.max(tonumber(memory[2] or '0') + 1, tonumber(ARGV[2]) * 1000)
for i, batch in ipairs(writes) do
  local at, sequence = batch.at, first + i - 1
  outcomes[batch.outcome] = sequence
  redis.call('XADD', KEYS[2], int(sequence) .. '-1', 'w', memory[3] or ARGV[4], 'p', ARGV[at], 'e', ARGV[at + 1], 's', ARGV[at + 2],
    'd', ARGV[at + 3], 'n', ARGV[at + 4], 't', ARGV[at + 5], 'b', ARGV[at + 6])
end
redis.call('HSET', KEYS[3], 'token', ARGV[1], 'pending', int(first), 'last', int(first + #writes - 1))
for i = 6, 5 + fields, 4000 do redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 3999, 5 + fields))) end
return {'committed', memory[3] or ARGV[4], unpack(outcomes)}
`,
)

/** Batches of one producer to one partition that are remembered, as in a partition. */
const remembered = rememberedBatches
/** Producers times partitions that a group remembers; past it those unseen for longest go, a quarter at a time. */
const producersMax = 5000
/** Of a memory. */
const otherFields = 4

/**
 * Says that all that the outbox held has arrived, empties it and remembers the bases. Does nothing when the outbox holds
 * something else meanwhile, or nothing.
 * KEYS: the outbox, its memory. ARGV: sequence of its first entry, now in ms, then for each entry: partition and producer id, epoch,
 * sequence, base (-1: its partition has gone). Returns 1 or 0.
 */
export const finishConsumed = script(
  producerMemory,
  `
if redis.call('HGET', KEYS[2], 'pending') ~= ARGV[1] then return 0 end

if redis.call('HLEN', KEYS[2]) >= ${producersMax} then makeRoom(KEYS[2], ${producersMax - otherFields}) end
for i = 3, #ARGV, 4 do
  local field, epoch, bases = 'p:' .. ARGV[i], ARGV[i + 1], ARGV[i + 3]
  local knownEpoch, older = string.match(redis.call('HGET', KEYS[2], field) or '', '^(%S+) %S+ %S+ (.*)$')
  if knownEpoch == epoch then
    local kept = 1
    for base in string.gmatch(older, '%S+') do
      if kept == ${remembered} then break end
      bases = bases .. ' ' .. base
      kept = kept + 1
    end
  end
  redis.call('HSET', KEYS[2], field, epoch .. ' ' .. ARGV[i + 2] .. ' ' .. ARGV[2] .. ' ' .. bases)
end
redis.call('HDEL', KEYS[2], 'pending')
redis.call('UNLINK', KEYS[1])
return 1
`,
)

/** KEYS: the group, its outbox, its memory. Removes them; returns 0, and does nothing, while the outbox holds something. */
export const dropGroup = script(`
if redis.call('HEXISTS', KEYS[3], 'pending') == 1 then return 0 end
redis.call('UNLINK', unpack(KEYS))
return 1
`)
