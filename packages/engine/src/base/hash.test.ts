import {expect, test} from 'vitest'
import {murmur2} from './hash.ts'

test('murmur2 gives the values that the Kafka client publishes in its tests', () => {
  const published: Record<string, number> = {
    '21': -973932308,
    foobar: -790332482,
    'a-little-bit-long-string': -985981536,
    'a-little-bit-longer-string': -1486304829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    abc: 479470107,
  }
  for (const [text, hash] of Object.entries(published)) expect(murmur2(Buffer.from(text)), text).toBe(hash)
})
