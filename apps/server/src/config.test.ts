import {expect, test} from 'vitest'
import {parseConfig} from './config.ts'

test('an empty environment gives the embedded default', () => {
  const parsed = parseConfig({})
  expect(parsed).toMatchObject({
    config: {port: 4000, host: '127.0.0.1', redis: undefined, dataDir: '.millrace', namespace: 'millrace'},
  })
})

test('every problem is reported, with what was found and what was expected', () => {
  const parsed = parseConfig({PORT: 'abc', REDIS_URL: 'http://x', REDIS_MODE: 'ring', ENGINE_THREADS: '0', NAMESPACE: 'a b'})
  expect(parsed).toEqual({
    problems: [
      "PORT: found 'abc', expected an integer from 0 to 65535",
      "REDIS_URL: found 'http://x', expected redis:// or rediss:// addresses, separated by commas",
      "REDIS_MODE: found 'ring', expected one of standalone, sentinel, cluster",
      "NAMESPACE: found 'a b', expected 1 to 64 letters, digits, '_', '.', '-'",
      "ENGINE_THREADS: found '0', expected an integer from 1 to 64",
    ],
  })
})

test('several hosts with a mode are taken as they are', () => {
  const parsed = parseConfig({REDIS_URL: 'redis://a:1,redis://b:2', REDIS_MODE: 'cluster'})
  expect(parsed).toMatchObject({config: {redis: {url: 'redis://a:1,redis://b:2', mode: 'cluster'}}})
})
