import {vectorOf, type Rows} from '../../packages/engine/src/chunk/chunk.ts'
import {makeFilter, makeProjection, type Evaluator} from '../../packages/engine/src/codegen/evaluator.ts'
import type {Expr} from '../../packages/engine/src/expr/ir.ts'
import {BIGINT, BOOLEAN, DOUBLE, INT, VARCHAR} from '../../packages/engine/src/schema/sql-type.ts'
import type {Study} from './benchmark.ts'

const COUNT = 500
const env = {functions: {lookUpFunction: () => undefined}, settings: {get: () => undefined, nowMs: () => 0}}

const column = (index: number, type: Expr['type']): Expr => ({kind: 'column', type, index, name: `C${index}`})
const literal = (type: Expr['type'], value: number | string): Expr => ({kind: 'literal', type, value})
const [id, amount, price, text] = [column(0, BIGINT), column(1, INT), column(2, DOUBLE), column(3, VARCHAR)]

const ids = Float64Array.from({length: COUNT}, (_, i) => i * 7919)
const amounts = Int32Array.from({length: COUNT}, (_, i) => (i * 31) % 1000)
const prices = Float64Array.from({length: COUNT}, (_, i) => (i % 97) * 1.25)
const texts = Array.from({length: COUNT}, (_, i) => `order ${i * 7919} of customer ${i % 13}`)
const nullableAmounts = Array.from(amounts, value => (value % 10 === 0 ? null : value))

const typedRows: Rows = {count: COUNT, columns: [ids, amounts, prices, texts].map(values => vectorOf(values)), timestamps: ids}
const nullableRows: Rows = {...typedRows, columns: [ids, nullableAmounts, prices, texts].map(values => vectorOf(values))}

type Contender = () => unknown

type Case = {
  readonly name: string
  readonly rows: Rows
  readonly with: (evaluator: Evaluator) => Contender
  readonly byHand: Contender
}

// Filled from the front by the loops by hand, as generated code does; growing arrays would slow them down.
// oxlint-disable-next-line no-new-array
const preallocated = <T>(): T[] => new Array<T>(COUNT)

const ignore = () => {}
const filterCase = (name: string, rows: Rows, where: Expr, passes: (row: number) => boolean): Case => ({
  name,
  rows,
  with: evaluator => {
    const filter = makeFilter(where, env, evaluator)
    return () => filter(rows, ignore)
  },
  byHand: () => {
    const passed = new Int32Array(COUNT)
    let count = 0
    for (let i = 0; i < COUNT; i++) if (passes(i)) passed[count++] = i
    return passed.subarray(0, count)
  },
})

const columnCase = (name: string, rows: Rows, expr: Expr, byHand: () => unknown): Case => ({
  name,
  rows,
  with: evaluator => {
    const project = makeProjection([expr], env, evaluator)
    return () => project(rows, undefined, ignore)[0]?.values
  },
  byHand,
})

const arithmetic = (operator: '+' | '*', type: Expr['type'], left: Expr, right: Expr): Expr => ({
  kind: 'arithmetic',
  type,
  operator,
  left,
  right,
})
const compare = (operator: '<' | '>', left: Expr, right: Expr): Expr => ({kind: 'compare', type: BOOLEAN, operator, left, right})
const both: Expr = {
  kind: 'and',
  type: BOOLEAN,
  left: compare('>', amount, literal(INT, 500)),
  right: compare('<', price, literal(DOUBLE, 90)),
}

const cases: readonly Case[] = [
  filterCase('amount > 500 AND price < 90', typedRows, both, i => amounts[i]! > 500 && prices[i]! < 90),
  filterCase('the same, amount with NULLs', nullableRows, both, i => {
    const value = nullableAmounts[i]!
    return value !== null && value > 500 && prices[i]! < 90
  }),
  filterCase(
    "text LIKE '%777%'",
    typedRows,
    {kind: 'like', type: BOOLEAN, operand: text, pattern: literal(VARCHAR, '%777%'), isNegated: false},
    i => texts[i]!.includes('777'),
  ),
  columnCase(
    'id * 3 + amount, BIGINT',
    typedRows,
    arithmetic('+', BIGINT, arithmetic('*', BIGINT, id, literal(BIGINT, 3)), amount),
    () => {
      const out = new Float64Array(COUNT)
      for (let i = 0; i < COUNT; i++) {
        const sum = ids[i]! * 3 + amounts[i]!
        out[i] =
          Math.abs(sum) <= Number.MAX_SAFE_INTEGER ? sum : Number(BigInt.asIntN(64, BigInt(ids[i]!) * 3n + BigInt(amounts[i]!)))
      }
      return out
    },
  ),
  columnCase(
    'price * 1.2 + price, DOUBLE',
    typedRows,
    arithmetic('+', DOUBLE, arithmetic('*', DOUBLE, price, literal(DOUBLE, 1.2)), price),
    () => {
      const out = new Float64Array(COUNT)
      for (let i = 0; i < COUNT; i++) out[i] = prices[i]! * 1.2 + prices[i]!
      return out
    },
  ),
  columnCase(
    'amount * 2 + 1, INT with NULLs',
    nullableRows,
    arithmetic('+', INT, arithmetic('*', INT, amount, literal(INT, 2)), literal(INT, 1)),
    () => {
      const out = preallocated<number | null>()
      for (let i = 0; i < COUNT; i++) {
        const value = nullableAmounts[i]!
        out[i] = value === null ? null : (Math.imul(value, 2) + 1) | 0
      }
      return out
    },
  ),
  columnCase(
    "CASE WHEN amount > 500 THEN 'large' ELSE 'small' END",
    typedRows,
    {
      kind: 'case',
      type: VARCHAR,
      branches: [{when: compare('>', amount, literal(INT, 500)), then: literal(VARCHAR, 'large')}],
      otherwise: literal(VARCHAR, 'small'),
    },
    () => {
      const out = preallocated<string>()
      for (let i = 0; i < COUNT; i++) out[i] = amounts[i]! > 500 ? 'large' : 'small'
      return out
    },
  ),
]

/** Million rows a second of generated code, beside the interpreter and a loop written by hand; batches of 500 rows. */
export const expressions: Study = {
  name: 'expressions',
  run: async () => {
    console.log('\nexpressions: million rows a second of one thread; goals: 5 × the interpreter, 0.5 × by hand')
    return cases.map(({name, with: evaluate, byHand}) => {
      const [generated = 0, interpreted = 0, hand = 0] = fastest([evaluate('generated'), evaluate('interpreted'), byHand])
      const [toInterpreter, toHand] = [generated / interpreted, generated / hand]
      const ratios = `${toInterpreter.toFixed(1)} × interpreter, ${toHand.toFixed(2)} × by hand`
      console.log(`  ${name.padEnd(54)} ${generated.toFixed(1).padStart(7)} M/s   ${ratios}`)
      return {benchmark: 'expressions', contender: name, millionRowsPerSecond: generated, toInterpreter, toHand}
    })
  },
}

/** Contenders take turns; the best of the turns counts, so that noise of the machine falls on none. */
function fastest(contenders: readonly Contender[]): number[] {
  const best = contenders.map(() => 0)
  for (let turn = 0; turn < 12; turn++) contenders.forEach((contender, i) => (best[i] = Math.max(best[i]!, rate(contender))))
  return best
}

function rate(contender: Contender): number {
  const from = process.hrtime.bigint()
  let rows = 0
  let spent = 0n
  while (spent < 30_000_000n) {
    for (let i = 0; i < 20; i++) contender()
    rows += 20 * COUNT
    spent = process.hrtime.bigint() - from
  }
  return (rows * 1_000) / Number(spent)
}
