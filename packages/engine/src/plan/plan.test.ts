import fc from 'fast-check'
import {expect, test} from 'vitest'
import {BIGINT, BYTES, map, VARCHAR} from '../schema/sql-type.ts'
import {canonicalJson, fromCanonicalJson} from './canonical-json.ts'
import {explainPersistent} from './explain.ts'
import {COLUMNS, KAFKA} from './formats.ts'
import type {PersistentPlan} from './query-plan.ts'
import {validatePlan} from './validate.ts'

const schema = {key: [{name: 'ID', type: VARCHAR}], value: [{name: 'N', type: BIGINT}]}
const formats = {key: KAFKA, value: COLUMNS}

const plan: PersistentPlan = {
  version: 1,
  queryId: 'CSAS_X',
  root: {
    kind: 'project',
    version: 1,
    id: 'project-1',
    gives: 'stream',
    schema: {
      key: schema.key,
      value: [
        {name: 'BIG', type: BIGINT},
        {name: 'B', type: BYTES},
        {name: 'M', type: map(VARCHAR, BIGINT)},
      ],
    },
    key: [0],
    value: [
      {kind: 'literal', type: BIGINT, value: 9223372036854775807n},
      {kind: 'literal', type: BYTES, value: new Uint8Array([0, 255])},
      {kind: 'literal', type: map(VARCHAR, BIGINT), value: new Map([['a', 1]])},
    ],
    input: {kind: 'source', version: 1, id: 'source-1', gives: 'stream', schema, sourceName: 'S', topic: 's', formats},
  },
  sink: {
    sourceName: 'X',
    topic: 'X',
    partitions: 1,
    formats,
    schema: {
      key: schema.key,
      value: [
        {name: 'BIG', type: BIGINT},
        {name: 'B', type: BYTES},
        {name: 'M', type: map(VARCHAR, BIGINT)},
      ],
    },
  },
}

test('a plan comes back from text as it was, 64-bit numbers, bytes and maps included', () => {
  expect(fromCanonicalJson(canonicalJson(plan))).toEqual(plan)
})

test('a plan whose parts do not fit is refused', () => {
  validatePlan(plan)
  expect(() => validatePlan({...plan, root: {...plan.root, schema}})).toThrow('project-1')
  expect(() => validatePlan({...plan, root: {...plan.root, version: 2 as 1}})).toThrow('version 2')
})

test('every SQL value in a plan survives being text', () => {
  const {any} = fc.letrec<{any: unknown}>(tie => ({
    any: fc.oneof(
      fc.string(),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array(),
      fc.array(tie('any'), {maxLength: 3}),
    ),
  }))
  fc.assert(
    fc.property(any, value => {
      expect(fromCanonicalJson(canonicalJson({settings: value}))).toEqual({settings: value})
    }),
  )
})

test('EXPLAIN shows the tree with the result on top', () => {
  expect(
    explainPersistent(plan)
      .split('\n')
      .map(line => line.trim().split(' ')[0]),
  ).toEqual(['CSAS_X', 'project-1', '`ID`', 'source-1', '`ID`'])
})
