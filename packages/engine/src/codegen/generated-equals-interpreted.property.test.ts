import fc from 'fast-check'
import {expect, test} from 'vitest'
import {vectorOf, type Rows, type Vector} from '../chunk/chunk.ts'
import type {EvaluationEnv} from '../expr/bind.ts'
import type {Expr} from '../expr/ir.ts'
import {BOOLEAN} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {anyExpr, anyRow, columnTypes, exprOf, lookUpTestFunction} from '../testing/arbitrary-expr.ts'
import {makeFilter, makeProjection, type Evaluator} from './evaluator.ts'

const env: EvaluationEnv = {
  functions: {lookUpFunction: lookUpTestFunction},
  settings: {get: () => undefined, nowMs: () => 0},
}

/** Columns without NULL and bigint become typed arrays, as a decoder would give them. */
function columnOf(values: readonly Value[], index: number): Vector {
  const isWhole = values.every(value => typeof value === 'number')
  const kind = columnTypes[index]?.kind
  if (!isWhole || values.length === 0) return vectorOf(values)
  if (kind === 'INT' || kind === 'DATE' || kind === 'TIME') return vectorOf(Int32Array.from(values as number[]))
  return vectorOf(Float64Array.from(values as number[]))
}

const rowsOf = (rows: readonly (readonly Value[])[]): Rows => ({
  count: rows.length,
  columns: columnTypes.map((_, i) =>
    columnOf(
      rows.map(row => row[i] ?? null),
      i,
    ),
  ),
  timestamps: Float64Array.from(rows, (_, i) => 1_000 + i),
  windows: {starts: rows.map((_, i) => i * 10), ends: rows.map((_, i) => i * 10 + 10)},
  origin: {topic: 't', partition: 3, offsets: rows.map((_, i) => 100 + i)},
})

const batches = fc.array(anyRow, {maxLength: 6})

function project(expr: Expr, rows: Rows, selection: Int32Array | undefined, evaluator: Evaluator) {
  const failed = new Set<number>()
  const [vector] = makeProjection([expr], env, evaluator)(rows, selection, row => failed.add(row))
  return {values: Array.from(vector?.values ?? []), failed: [...failed]}
}

function filter(expr: Expr, rows: Rows, evaluator: Evaluator) {
  const failed = new Set<number>()
  const passed = makeFilter(expr, env, evaluator)(rows, row => failed.add(row))
  return {passed: [...passed], failed: [...failed]}
}

test('generated projections give the values and failures of the interpreter', () => {
  fc.assert(
    fc.property(anyExpr(), batches, (expr, batch) => {
      const rows = rowsOf(batch)
      expect(project(expr, rows, undefined, 'generated')).toEqual(project(expr, rows, undefined, 'interpreted'))
    }),
    {numRuns: 1_500},
  )
})

test('generated projections of selected rows give them in the order of the selection', () => {
  fc.assert(
    fc.property(anyExpr(3), batches, fc.array(fc.nat(5)), (expr, batch, wanted) => {
      const rows = rowsOf(batch)
      const selection = Int32Array.from(wanted.filter(row => row < rows.count))
      expect(project(expr, rows, selection, 'generated')).toEqual(project(expr, rows, selection, 'interpreted'))
    }),
    {numRuns: 300},
  )
})

test('generated filters pass the rows that the interpreter passes', () => {
  fc.assert(
    fc.property(exprOf(BOOLEAN, 4, []), batches, (expr, batch) => {
      const rows = rowsOf(batch)
      expect(filter(expr, rows, 'generated')).toEqual(filter(expr, rows, 'interpreted'))
    }),
    {numRuns: 1_000},
  )
})

test('typed arrays come out only where no value is NULL or a bigint', () => {
  fc.assert(
    fc.property(anyExpr(3), batches, (expr, batch) => {
      const rows = rowsOf(batch)
      const [vector] = makeProjection([expr], env, 'generated')(rows, undefined, () => {})
      const expected = project(expr, rows, undefined, 'interpreted').values
      if (ArrayBuffer.isView(vector?.values)) expect(expected.every(value => typeof value === 'number')).toBe(true)
    }),
    {numRuns: 300},
  )
})
