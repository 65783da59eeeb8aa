import {afterEach, expect, test} from 'vitest'
import {Engine} from '../../engine.ts'
import type {ProduceRecord} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'

const engines: Engine[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.close()))
})

async function open() {
  const engine = await Engine.open({storage: openSimulatedStorage()})
  engines.push(engine)
  await engine.createTopic({name: 't'})
  const produce = (...records: ProduceRecord[]) => engine.produce({topic: 't', records})
  const stored = async () => (await engine.records({topic: 't', from: {kind: 'earliest'}, recordsMax: 100})).records
  return {engine, produce, stored}
}

test('values come back as they were sent, integers with all their digits', async () => {
  const {produce, stored} = await open()
  const long = 9_007_199_254_740_993n
  const given = [
    long,
    {a: [long, -long * 1000n]},
    10n ** 29n,
    1.5,
    '1.50',
    [null],
    {},
    {a: {b: null}},
    true,
    '',
    '\u0000',
    'null',
  ]
  await produce(...given.map(value => ({value})))
  expect((await stored()).map(({value}) => value)).toEqual(given)
})

test('what JSON leaves out of an object is left out', async () => {
  const {produce, stored} = await open()
  await produce({value: {a: undefined, at: new Date(0), list: [undefined]}})
  expect((await stored()).map(({value}) => value)).toEqual([{at: '1970-01-01T00:00:00.000Z', list: [null]}])
})

test('text keys come back as text, whatever they look like; objects and lists as such', async () => {
  const {produce, stored} = await open()
  const keys = ['21', 'null', 'true', '1.0', '007', '{', '', {a: 1}, [1, 2], null]
  await produce(...keys.map(key => ({key, value: 1})))
  expect((await stored()).map(({key}) => key)).toEqual(keys)
})

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

test('what could not be read again is refused by its index, and the rest is stored', async () => {
  const {produce, stored} = await open()
  const {accepted, errors} = await produce(
    {value: nested(limits.jsonDepthMax)},
    {value: nested(limits.jsonDepthMax + 1)},
    {value: {a: Number.POSITIVE_INFINITY}},
    {key: Number.NaN, value: 1},
    {value: () => 1},
    {value: 1, timestampMs: Number.NaN},
    {value: 1, timestampMs: 1.5},
    {value: 1, headers: [{key: 'h', value: 'A'}]},
    {value: 1, headers: [{key: 'h', value: '***'}]},
    {
      value: 2,
      headers: [
        {key: 'h', value: 'AQ=='},
        {key: 'u', value: '_-8'},
      ],
    },
  )
  expect(accepted).toBe(2)
  expect(errors).toEqual(
    [
      [1, 'found JSON of more than 500 levels, expected at most 500'],
      [2, 'found the number Infinity, expected one that is finite: at most 1.8e308'],
      [3, 'found the number NaN, expected one that is finite: at most 1.8e308'],
      [4, 'found a function, expected what JSON can say'],
      [5, 'timestamp: found NaN, expected whole milliseconds since 1970, at most 8640000000000000 before or after'],
      [6, 'timestamp: found 1.5, expected whole milliseconds since 1970, at most 8640000000000000 before or after'],
      [7, 'header "h": found "A", expected base64'],
      [8, 'header "h": found "***", expected base64'],
    ].map(([index, message]) => ({index, code: 'RECORD_INVALID', message})),
  )
  const [deep, last] = await stored()
  expect(deep?.value).toEqual(nested(limits.jsonDepthMax))
  expect(last?.headers.map(({value}) => [...(value ?? [])])).toEqual([[1], [255, 239]])
})

test('positions and sizes that are no numbers are refused and not taken for some', async () => {
  const {engine} = await open()
  await engine.commitOffsets({group: 'g', offsets: [{topic: 't', partition: 0, offset: 0}]})
  const page = {topic: 't', from: {kind: 'earliest'}, recordsMax: 1} as const
  for (const recordsMax of [Number.NaN, 0, -1])
    await expect(engine.records({...page, recordsMax})).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
  const from = {kind: 'timestamp', timestampMs: Number.NaN} as const
  await expect(engine.records({...page, from})).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
  for (const to of [from, {kind: 'shift', by: 0.5}, {kind: 'offsets', offsets: [{partition: 0, offset: Number.NaN}]}] as const)
    await expect(engine.resetOffsets({group: 'g', topic: 't', to})).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
  for (const partition of [Number.NaN, 0.5, -1])
    await expect(engine.commitOffsets({group: 'g', offsets: [{topic: 't', partition, offset: 5}]})).rejects.toMatchObject({
      code: 'PARTITION_NOT_FOUND',
    })
  expect((await engine.group('g'))?.offsets).toMatchObject([{committedOffset: 0}])
})

test('the compression of a topic is that of its batches', async () => {
  const {engine} = await open()
  const sizes: number[] = []
  for (const compression of ['none', 'zstd'] as const) {
    await engine.createTopic({name: compression, compression})
    await engine.produce({topic: compression, records: [{value: 'x'.repeat(10_000)}]})
    sizes.push((await engine.topic(compression))?.partitions[0]?.bytes ?? 0)
  }
  expect(sizes[0]).toBeGreaterThan(10_000)
  expect(sizes[1]).toBeLessThan(500)
})
