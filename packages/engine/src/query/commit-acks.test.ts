import {expect, test, vi} from 'vitest'
import {Engine} from '../engine.ts'
import type {Storage} from '../storage/port/storage.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'

test('a query commits with the acknowledgement that it was created with', async () => {
  const inner = openSimulatedStorage()
  const claims = new Set<string>()
  const commits = new Set<string>()
  const {log, groups, wake, features} = inner
  const storage: Storage = {
    ...{log, groups, wake, features},
    state: {
      claim: (task, acks) => {
        claims.add(`${task.query.split('_')[1]} ${acks}`)
        return inner.state.claim(task, acks)
      },
      peek: task => inner.state.peek(task),
      changelog: (task, after) => inner.state.changelog(task, after),
      lookUp: (task, store, keys) => inner.state.lookUp(task, store, keys),
      scan: (task, store, range) => inner.state.scan(task, store, range),
      dropQuery: query => inner.state.dropQuery(query),
    },
    commit: work => {
      commits.add(`${work.task.query.split('_')[1]} ${work.acks}`)
      return inner.commit(work)
    },
    health: () => inner.health(),
    close: () => inner.close(),
  }
  const engine = await Engine.open({storage})
  await engine.execute(`
    CREATE STREAM words (word VARCHAR) WITH (KAFKA_TOPIC='words', PARTITIONS=1);
    CREATE STREAM plain AS SELECT * FROM words;
    SET 'millrace.commit.acks'='ALL';
    CREATE STREAM kept AS SELECT * FROM words;
    INSERT INTO words (word) VALUES ('a');`)
  await vi.waitFor(() => expect([...commits].sort()).toEqual(['KEPT ALL', 'PLAIN LEADER']))
  await engine.close()
  expect([...claims].sort()).toEqual(['KEPT ALL', 'PLAIN LEADER'])
})
