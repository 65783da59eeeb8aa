/** Opens an engine over the LMDB directory given, makes a table of many rows and an index over it, and says when it begins to build. */
import {Engine} from '../../packages/engine/src/engine.ts'

const [dir, count] = [process.argv[2], Number(process.argv[3])]
if (!dir) throw new Error('usage: index-builder <dir> <rows>')
const engine = await Engine.open({storage: {kind: 'lmdb', dir}})
await engine.execute(`CREATE TABLE t (id INT PRIMARY KEY, city VARCHAR, age INT) WITH (KAFKA_TOPIC='t', PARTITIONS=1);`)
const records = Array.from({length: count}, (_, id) => ({key: id, value: {CITY: `c${id % 500}`, AGE: id % 90}}))
for (let from = 0; from < count; from += 5000) await engine.produce({topic: 't', records: records.slice(from, from + 5000)})
await engine.settle()
await engine.execute('CREATE INDEX by_city ON t (city, age);')
process.stdout.write('building\n')
setInterval(() => {}, 1000)
