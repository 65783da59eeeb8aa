import {rememberedBatches, rememberedProducers} from '../../port/admission.ts'
import {producerMemory} from './producer-memory.ts'

/**
 * Library for scripts that append: the rules of `planAppend` (storage/port/admission.ts) inside the server.
 *
 * A batch is ten arguments: index of its partition's log in KEYS (meta, index of keys and event ids follow), count, latest
 * timestamp, expected end, producer id, epoch, sequence (all three '' without a producer), bytes, its keys as a packed array
 * (digest, count, expected version or '', …), its event ids as a packed array (both '' when there are none).
 *
 * A log is a stream of entries `<base>-1` with the fields b (bytes), n (count), t (latest timestamp), z (bytes of all entries
 * before it, ever), x (latest timestamp of all entries up to it, ever). Its meta is a hash: begin, end, z and x for the next
 * entry, d (z of the first entry kept), and `p:<producer id>` = `<epoch> <sequence> <seen ms> <base>...`, newest base first.
 */
export const appendPlan = `${producerMemory}
local function findPartition(partitions, at, producerId)
  local partition = partitions[at]
  if not partition then
    local meta = redis.call('HMGET', KEYS[at + 1], 'end', 'z', 'x', 'p:' .. producerId)
    partition = {log = KEYS[at], meta = KEYS[at + 1], producers = {}, stored = {}, isKnown = meta[1] and true or false,
      keyIndex = KEYS[at + 2], eventIds = KEYS[at + 3], versions = {}, events = {}}
    partition.next = tonumber(meta[1] or '0')
    partition.z = tonumber(meta[2] or '0')
    partition.x = tonumber(meta[3] or '0')
    partition.producers[producerId] = readProducer(meta[4])
    partition.stored[producerId] = meta[4] and true or false
    partitions[at] = partition
  elseif partition.producers[producerId] == nil then
    local text = redis.call('HGET', partition.meta, 'p:' .. producerId)
    partition.producers[producerId] = readProducer(text)
    partition.stored[producerId] = text and true or false
  end
  return partition
end

local function versionOf(partition, digest)
  local known = partition.versions[digest]
  if known then return known end
  local last = redis.call('ZREVRANGEBYLEX', partition.keyIndex, '[' .. digest .. '\\255', '[' .. digest, 'LIMIT', 0, 1)[1]
  return last and tonumber(string.sub(last, 33, 48)) + tonumber(string.sub(last, 65)) or 0
end

-- How many of the batch's events are stored, and the base of the first of these.
local function storedEvents(partition, batch)
  local count, base = 0, nil
  for _, id in ipairs(batch.eventIds) do
    local found = partition.events[id] or tonumber(redis.call('HGET', partition.eventIds, id) or nil)
    if found then
      count = count + 1
      base = base or found
    end
  end
  return count, base
end

local function judge(partition, batch)
  if not partition.isKnown then return 'unknown-partition', 0 end
  if batch.epoch then
    local known = partition.producers[batch.id]
    if known and batch.epoch < known.epoch then return 'fenced', known.epoch end
    local expected = 0
    if known and known.epoch == batch.epoch then
      expected = known.sequence + 1
      local base = known.bases[known.sequence - batch.sequence + 1]
      if base then return 'duplicate', base end
    end
    if batch.sequence ~= expected then return 'out-of-order', expected end
  end
  if #batch.eventIds > 0 then
    local stored, base = storedEvents(partition, batch)
    if stored == #batch.eventIds then return 'duplicate', base end
    if stored > 0 then return 'known-events', stored end
  end
  if batch.expectedEnd and batch.expectedEnd ~= partition.next then return 'conflict', partition.next end
  for i = 1, #batch.keys, 3 do
    local expected = tonumber(batch.keys[i + 2])
    if expected then
      local version = versionOf(partition, batch.keys[i])
      if version ~= expected then return 'key-conflict', (i - 1) / 3 .. ' ' .. int(version) end
    end
  end
  return 'appended', partition.next
end

-- What the index gets to know of a batch; the batches after it see it already.
local function planIndex(partition, batch)
  batch.members = {}
  for i = 1, #batch.keys, 3 do
    local digest = batch.keys[i]
    local version = versionOf(partition, digest)
    partition.versions[digest] = version + tonumber(batch.keys[i + 1])
    batch.members[#batch.members + 1] = digest .. string.format('%016.0f%016.0f', version, batch.base) .. batch.keys[i + 1]
  end
  for _, id in ipairs(batch.eventIds) do partition.events[id] = batch.base end
end

local function writeIndex(batch)
  for _, member in ipairs(batch.members) do redis.call('ZADD', batch.partition.keyIndex, 0, member) end
  for _, id in ipairs(batch.eventIds) do redis.call('HSET', batch.partition.eventIds, id, int(batch.base)) end
end

local function remember(partition, batch, base, nowMs)
  local known = partition.producers[batch.id]
  local bases = {base}
  if known and known.epoch == batch.epoch then
    for i = 1, math.min(#known.bases, ${rememberedBatches - 1}) do bases[i + 1] = known.bases[i] end
  end
  partition.producers[batch.id] = {epoch = batch.epoch, sequence = batch.sequence, bases = bases, seenMs = nowMs}
end

-- Judges the batches in ARGV[first..]; writes nothing. Outcomes are {status, number, status, number, ...}.
local function plan(first, nowMs)
  local partitions, outcomes, writes, refusals = {}, {}, {}, 0
  for i = first, #ARGV, 10 do
    local batch = {at = i, count = tonumber(ARGV[i + 1]), expectedEnd = tonumber(ARGV[i + 3]),
      id = ARGV[i + 4], epoch = tonumber(ARGV[i + 5]), sequence = tonumber(ARGV[i + 6]),
      keys = ARGV[i + 8] ~= '' and cmsgpack.unpack(ARGV[i + 8]) or {}, eventIds = ARGV[i + 9] ~= '' and cmsgpack.unpack(ARGV[i + 9]) or {}}
    local partition = findPartition(partitions, tonumber(ARGV[i]), batch.id)
    local status, number = judge(partition, batch)
    outcomes[#outcomes + 1] = status
    outcomes[#outcomes + 1] = number
    if status == 'appended' then
      batch.partition = partition
      batch.base = number
      partition.next = number + batch.count
      partition.isWritten = true
      planIndex(partition, batch)
      if batch.epoch then remember(partition, batch, number, nowMs) end
      writes[#writes + 1] = batch
    elseif status == 'duplicate' then
      partition.isRepeated = true
    else
      refusals = refusals + 1
    end
  end
  return {partitions = partitions, outcomes = outcomes, writes = writes, refusals = refusals}
end

local function write(decided)
  for _, batch in ipairs(decided.writes) do
    local partition, i = batch.partition, batch.at
    partition.x = math.max(partition.x, tonumber(ARGV[i + 2]))
    redis.call('XADD', partition.log, int(batch.base) .. '-1', 'b', ARGV[i + 7], 'n', ARGV[i + 1], 't', ARGV[i + 2],
      'z', int(partition.z), 'x', int(partition.x))
    partition.z = partition.z + #ARGV[i + 7]
    writeIndex(batch)
  end
  for _, partition in pairs(decided.partitions) do
    if partition.isWritten then
      local fields = {'end', int(partition.next), 'z', int(partition.z), 'x', int(partition.x)}
      for id, producer in pairs(partition.producers) do
        if producer and producer.seenMs then
          if not partition.stored[id] and redis.call('HLEN', partition.meta) >= ${rememberedProducers} then makeRoom(partition.meta, ${rememberedProducers}) end
          local text = {int(producer.epoch), int(producer.sequence), int(producer.seenMs)}
          for i, base in ipairs(producer.bases) do text[i + 3] = int(base) end
          fields[#fields + 1] = 'p:' .. id
          fields[#fields + 1] = table.concat(text, ' ')
        end
      end
      for i = 1, #fields, 4000 do
        redis.call('HSET', partition.meta, unpack(fields, i, math.min(i + 3999, #fields)))
      end
    end
  end
end
`
