import {expect, test} from 'vitest'
import {engineError, failureOf, NotSent} from './errors.ts'

test('what the server refuses for now may be sent again, also behind the words of others', () => {
  for (const message of [
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN The cluster is down',
    'Too many Cluster redirections. Last error: ReplyError: MOVED 12 127.0.0.1:7000',
    'ERR Error running script (call to f_0): @user_script:3: READONLY You can not write',
  ])
    expect(failureOf(new Error(message)), message).toBe('refused')
  expect(failureOf(new NotSent('nobody has the slot'))).toBe('refused')
})

test('a connection that breaks leaves the outcome open', () => {
  for (const message of [
    'Connection is closed.',
    'Too many Cluster redirections. Last error: Error: Connection is closed.',
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
  ])
    expect(failureOf(new Error(message)), message).toBe('unknown')
})

test('a full server says what to do', () => {
  const memory = engineError(new Error("OOM command not allowed when used memory > 'maxmemory'."))
  expect(memory).toMatchObject({code: 'STORAGE_FULL', isRetryable: true})
  expect(memory).toHaveProperty('message', expect.stringMatching(/maxmemory.*Raise maxmemory, or let data go/))
  const disk = engineError(new Error('MISCONF Errors writing to the AOF file: No space left on device'))
  expect(disk).toMatchObject({code: 'STORAGE_FULL'})
  expect(disk).toHaveProperty('message', expect.stringMatching(/its disk/))
})

test('what nobody expected stays as it is', () => {
  const error = new Error('ERR unknown command')
  expect(failureOf(error)).toBe('other')
  expect(engineError(error)).toBe(error)
})
