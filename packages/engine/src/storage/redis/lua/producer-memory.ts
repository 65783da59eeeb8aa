/**
 * Library for scripts that judge batches by what a hash remembers of their producers, in fields `p:<producer>` = `<epoch> <sequence>
 * <seen ms> <base>...`, newest base first.
 */
export const producerMemory = `
local function int(n) return string.format('%.0f', n) end

local function readProducer(text)
  if not text then return false end
  local numbers = {}
  for number in string.gmatch(text, '%S+') do numbers[#numbers + 1] = tonumber(number) end
  return {epoch = numbers[1], sequence = numbers[2], bases = {unpack(numbers, 4)}}
end

-- Forgets a quarter of the producers, those unseen for longest, when there are so many: the hash may have many other fields.
local function makeRoom(key, most)
  local all, known = redis.call('HGETALL', key), {}
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 'p:' then
      known[#known + 1] = {field = all[i], seen = tonumber(string.match(all[i + 1], '^%S+ %S+ (%S+)'))}
    end
  end
  if #known < most then return end
  table.sort(known, function(a, b) return a.seen < b.seen end)
  for i = 1, math.ceil(#known / 4) do redis.call('HDEL', key, known[i].field) end
end
`
