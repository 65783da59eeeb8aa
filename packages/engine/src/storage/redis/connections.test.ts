import {expect, test} from 'vitest'
import {parseNodes} from './connections.ts'

test('hosts come by commas, each with a scheme or all under the first one', () => {
  const nodes = [
    {host: 'a', port: 7000},
    {host: 'b', port: 6379},
  ]
  for (const url of ['redis://a:7000,b', 'redis://a:7000,redis://b', 'a:7000, b']) {
    expect(parseNodes(url)).toEqual({nodes, path: '', access: {}})
  }
})

test('name, password and path stand wherever they are written, and rediss means TLS', () => {
  const access = {username: 'me', password: 's@cret'}
  expect(parseNodes('redis://me:s%40cret@a,b/main')).toMatchObject({path: 'main', access})
  expect(parseNodes('rediss://a,rediss://me:s%40cret@b')).toMatchObject({path: '', access: {...access, tls: {}}})
})

test('what is no address is refused without its password', () => {
  expect(() => parseNodes('redis://me:secret@:x,b')).toThrow(/is not an address of Redis/)
  expect(() => parseNodes('redis://me:secret@:x,b')).not.toThrow(/secret/)
})
