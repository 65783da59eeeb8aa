/**
 * Library for scripts that append: tells other processes where something was appended. `at`: index in ARGV of the wake channel and,
 * behind it, the message (wake-message.ts); `bytesAt`: of the bytes of the first batch, and `step` further on those of the next one;
 * `outcomes`: of the batches, each a status and a base.
 *
 * A process listens to the wake channel and to one of its own beside it: where as many listen to the second as to the first, nobody
 * else listens, and a message is spared. A server of a cluster knows of its own listeners alone: there it is always sent.
 */
export const wakeOthers = `
local function wakeOthers(at, bytesAt, step, outcomes)
  local channel, message = ARGV[at], ARGV[at + 1]
  local scope, carries, instance = string.match(message, '^(.)(.)([^\\n]*)')
  if scope ~= '*' then
    local listeners = redis.call('PUBSUB', 'NUMSUB', channel, channel .. ':' .. instance)
    if listeners[2] <= listeners[4] then return end
  end
  local bases, batches = {}, {}
  if carries == '1' then
    for i = 1, #outcomes, 2 do
      bases[#bases + 1] = outcomes[i] == 'appended' and string.format('%.0f', outcomes[i + 1]) or '-'
      batches[#batches + 1] = ARGV[bytesAt + (i - 1) / 2 * step]
    end
  end
  redis.call('PUBLISH', channel, message .. '\\n' .. table.concat(bases, ' ') .. '\\n' .. table.concat(batches))
end
`
