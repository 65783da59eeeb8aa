import {expect, test} from 'vitest'
import {vectorOf} from '../chunk/chunk.ts'
import type {FunctionDefinition} from '../expr/functions/definition.ts'
import type {Expr} from '../expr/ir.ts'
import {BOOLEAN, BYTES, INT, map, struct, VARCHAR} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {makeProjection} from './evaluator.ts'
import {ObjectMaker} from './object-maker.ts'
import {recordFields} from './record-fields.ts'

const attacks = [
  `'); globalThis.stolen = true; ('`,
  '"); globalThis.stolen = true; ("',
  '`); globalThis.stolen = true; (`',
  '${globalThis.stolen = true}',
  '*/ globalThis.stolen = true /*',
  '// \n globalThis.stolen = true',
  '\u2028globalThis.stolen = true\u2029',
  '\\"; globalThis.stolen = true; //',
  '\\u0022; globalThis.stolen = true; //',
  '</script>',
  '__proto__',
  'constructor',
]

const text = (value: string): Expr => ({kind: 'literal', type: VARCHAR, value})
const column = (name: string): Expr => ({kind: 'column', type: VARCHAR, index: 0, name})

/** Every place where something that a user wrote reaches the generator, with the value expected of a row of text `x`. */
const places: Readonly<Record<string, (attack: string) => readonly [Expr, Value]>> = {
  literal: attack => [{kind: 'concat', type: VARCHAR, left: column('C'), right: text(attack)}, `x${attack}`],
  'column name': attack => [{kind: 'concat', type: VARCHAR, left: column(attack), right: text('')}, 'x'],
  comparison: attack => [{kind: 'compare', type: BOOLEAN, operator: '=', left: column('C'), right: text(attack)}, false],
  'LIKE pattern': attack => [
    {kind: 'like', type: BOOLEAN, operand: column('C'), pattern: text(`%${attack}`), isNegated: false},
    false,
  ],
  'LIKE escape': attack => [
    {kind: 'like', type: BOOLEAN, operand: column('C'), pattern: column('C'), escape: attack, isNegated: false},
    true,
  ],
  'IN list': attack => [
    {kind: 'in', type: BOOLEAN, operand: column('C'), list: [text(attack), column('C')], isNegated: false},
    true,
  ],
  'map key': attack => [
    {
      kind: 'subscript',
      type: VARCHAR,
      base: {kind: 'map', type: map(VARCHAR, VARCHAR), entries: [{key: text(attack), value: column('C')}]},
      index: text(attack),
    },
    'x',
  ],
  'field name': attack => [
    {
      kind: 'field',
      type: VARCHAR,
      base: {kind: 'struct', type: struct([{name: attack, type: VARCHAR}]), fields: [column('C')]},
      index: 0,
    },
    'x',
  ],
  header: attack => [
    {kind: 'is-null', type: BOOLEAN, operand: {kind: 'headers', type: BYTES, header: attack}, isNegated: false},
    true,
  ],
  'function and lambda parameter': attack => [
    {
      kind: 'call',
      type: VARCHAR,
      function: attack,
      overload: 0,
      args: [
        column('C'),
        {
          kind: 'lambda',
          type: VARCHAR,
          parameters: [{name: attack, type: VARCHAR, slot: 0}],
          body: {kind: 'parameter', type: VARCHAR, slot: 0, name: attack},
        },
      ],
    },
    'x',
  ],
}

const applying = (name: string): FunctionDefinition => ({
  name,
  kind: 'scalar',
  category: 'lambda',
  description: 'Applies a function.',
  overloads: [{parameters: [], returns: VARCHAR, bind: () => (value: string, apply: (value: string) => string) => apply(value)}],
})

const env = {functions: {lookUpFunction: applying}, settings: {get: () => undefined, nowMs: () => 0}}
const rows = {count: 1, columns: [vectorOf(['x'])], timestamps: [0]}

test.each(Object.entries(places))('what a user wrote as a %s stays a value', (_place, expressionFor) => {
  for (const attack of attacks) {
    const [expr, expected] = expressionFor(attack)
    for (const evaluator of ['generated', 'interpreted'] as const) {
      const [vector] = makeProjection([expr], env, evaluator)(rows, undefined, (_row, error) => {
        throw error
      })
      expect(vector?.values[0]).toEqual(expected)
    }
  }
  expect('stolen' in globalThis).toBe(false)
})

test('a slot that is no number is refused', () => {
  const slot = '0; globalThis.stolen = true' as unknown as number
  const body: Expr = {kind: 'parameter', type: INT, slot, name: 'X'}
  const lambda: Expr = {kind: 'lambda', type: INT, parameters: [{name: 'X', type: INT, slot}], body}
  const call: Expr = {kind: 'call', type: VARCHAR, function: 'F', overload: 0, args: [column('C'), lambda]}
  expect(() => makeProjection([call], env, 'generated')(rows, undefined, () => {})).toThrow('names are numbered')
})

test('names of fields never become code where records are read and made', () => {
  for (const attack of attacks) {
    const [made] = new ObjectMaker([attack, 'B']).make([['x'], [1]], 1)
    expect(Object.entries(made ?? {})).toEqual([
      [attack, 'x'],
      ['B', 1],
    ])
    const read = recordFields([{name: attack, form: 'text'}], value => typeof value === 'object', 1e15)
    const column: unknown[] = []
    expect(read([{value: Object.fromEntries([[attack, 'x']]), timestampMs: 1}], 0, new Float64Array(1), [column])).toBeDefined()
    expect(column).toEqual(['x'])
    expect(globalThis).not.toHaveProperty('stolen')
  }
})
