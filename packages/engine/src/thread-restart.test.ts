import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Worker} from 'node:worker_threads'
import {expect, test, vi} from 'vitest'
import {Engine} from './engine.ts'

test('a thread that dies is replaced, and its tasks go on from what they had committed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-'))
  const posted = vi.spyOn(Worker.prototype, 'postMessage')
  const engine = await Engine.open({storage: {kind: 'lmdb', dir}, threads: 1})
  try {
    await engine.execute(`CREATE STREAM words (word VARCHAR) WITH (KAFKA_TOPIC='words', PARTITIONS=2);
      CREATE TABLE counts AS SELECT word, COUNT(*) AS n FROM words GROUP BY word;`)
    const records = ['a', 'b', 'a'].map(WORD => ({value: {WORD}}))
    await engine.produce({topic: 'words', records})
    await engine.settle()
    const worker = posted.mock.contexts.find(each => each instanceof Worker)
    await worker?.terminate()
    const {token} = await engine.produce({topic: 'words', records})
    const rows = await engine.pull(`SELECT n FROM counts WHERE word = 'a';`, {after: token})
    expect(rows).toMatchObject({rows: [[4]]})
  } finally {
    posted.mockRestore()
    await engine.close()
    await rm(dir, {recursive: true})
  }
})
