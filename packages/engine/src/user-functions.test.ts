import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {Engine} from './engine.ts'
import {openSimulatedStorage} from './storage/simulated/open.ts'
import {accepted} from './testing/answers.ts'
import {aggregateFunction, scalarFunction} from './user-functions.ts'

const example = fileURLToPath(new URL('../../../examples/user-functions/my-functions.js', import.meta.url))

const statements = `
  CREATE STREAM logins (address VARCHAR, weight DOUBLE) WITH (KAFKA_TOPIC='logins', PARTITIONS=2);
  CREATE TABLE by_network AS SELECT NETWORK(address) AS net, PRODUCT(weight) AS p FROM logins GROUP BY NETWORK(address);
  INSERT INTO logins (address, weight) VALUES ('183.62.140.253', 2), ('183.62.140.1', 3), ('10.0.0.1', 5), ('::1', 7), (NULL, 9);`

async function totals(engine: Engine): Promise<unknown> {
  accepted(await engine.execute(statements))
  await engine.settle()
  return accepted(await engine.pull('SELECT * FROM by_network ORDER BY net')).rows
}

test('the example of the documentation works in worker threads', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-'))
  const engine = await Engine.open({storage: {kind: 'lmdb', dir}, functionsModule: example})
  expect(await totals(engine)).toEqual([
    ['10.0.0.0/24', 5],
    ['183.62.140.0/24', 6],
  ])
  expect(engine.functions().some(({name}) => name === 'NETWORK')).toBe(true)
  await engine.close()
  await rm(dir, {recursive: true})
})

test('functions given to an engine hold while it is open, for its pull queries too', async () => {
  const shout = scalarFunction({
    name: 'shout',
    parameters: [
      {name: 'text', type: 'VARCHAR'},
      {name: 'times', type: 'INT'},
    ],
    returns: 'VARCHAR',
    run: (text, times) => text.toUpperCase() + '!'.repeat(times),
  })
  const longest = aggregateFunction({
    name: 'LONGEST',
    parameters: [{name: 'text', type: 'VARCHAR'}],
    returns: 'VARCHAR',
    state: 'VARCHAR',
    initial: () => '',
    add: (state, text) => (text !== null && text.length > state.length ? text : state),
    merge: (left, right) => (right.length > left.length ? right : left),
    result: state => state,
  })
  const engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual', functions: [shout, longest]})
  await engine.execute(
    `CREATE STREAM s (t VARCHAR) WITH (KAFKA_TOPIC='s', PARTITIONS=1); INSERT INTO s (t) VALUES ('a'), ('abc'), (NULL);`,
  )
  expect(await engine.pull('SELECT SHOUT(LONGEST(t), 2) AS r FROM s')).toMatchObject({rows: [['ABC!!']]})
  expect(await engine.pull('SELECT SHOUT(t) AS r FROM s')).toMatchObject({kind: 'rejected'})
  await engine.close()
  const other = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
  expect(other.functions().some(({name}) => name === 'SHOUT')).toBe(false)
  await other.close()
})

test('what cannot be used is refused when the engine opens', async () => {
  const storage = openSimulatedStorage()
  const taken = scalarFunction({name: 'UCASE', parameters: [], returns: 'INT', run: () => 1})
  await expect(Engine.open({storage, functions: [taken]})).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
  await expect(Engine.open({storage, functionsModule: '/no/such/module.js'})).rejects.toMatchObject({code: 'INVALID_CONFIG'})
  await expect(Engine.open({storage: {kind: 'lmdb', dir: 'x'}, functions: [taken]})).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
  })
  expect(() => scalarFunction({name: 'F', parameters: [], returns: 'NUMBER', run: () => 1})).toThrow('no SQL type')
})
