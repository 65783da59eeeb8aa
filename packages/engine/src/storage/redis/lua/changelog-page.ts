import {script} from '../script.ts'

/** KEYS: the task; its changelog. ARGV: the sequence after which to begin. Returns {where the changelog begins, entries}. */
export const changelogPage = script(`
return {redis.call('HGET', KEYS[1], 'changelog') or '0', redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-1', '+')}
`)
