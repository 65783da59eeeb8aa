import {script} from '../script.ts'

/**
 * KEYS: the topics' records, the dropped topics. ARGV: name, expected record, new record ('' drops the topic), its number.
 * Returns 1, or 0 when the record is another one by now. A topic is dropped by a removal first: a script that begins with one runs
 * to its end in a server whose memory is full too.
 */
export const replaceTopic = script(`
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[2])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
`)
