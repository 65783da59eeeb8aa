import {vectorOf} from '../chunk/chunk.ts'
import {selectChunk, selectVector} from '../batch/select.ts'
import type {FlatMapStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import {withoutBefore} from './chunks.ts'
import type {OperatorContext} from './context.ts'
import {badRow, rowErrors} from './evaluator.ts'
import type {Operator} from './operator.ts'

/** Table functions: a row for each element, the shorter lists filled with NULL. Null values give no row. */
export function flatMapOperator(step: FlatMapStep, context: OperatorContext): Operator {
  const functions = step.functions.map(spec => ({
    call: context.evaluator.tableFunction(spec),
    args: context.evaluator.projection(spec.args),
  }))
  return {
    process(_port, chunk, emit) {
      const onError = rowErrors(context.report, step.id, chunk)
      const inputs = functions.map(({call, args}) => ({call, args: args(chunk, undefined, onError).map(vector => vector.values)}))
      const rows: number[] = []
      const results: Value[][] = functions.map(() => [])
      for (let row = 0; row < chunk.count; row++) {
        if (chunk.nullValues?.[row] === 1) continue
        const lists = inputs.map(({call, args}) => {
          try {
            return call(args.map(values => values[row]!))
          } catch (error) {
            context.report(badRow('expression', step.id, error instanceof Error ? error.message : String(error), chunk, row))
            return []
          }
        })
        const longest = Math.max(...lists.map(list => list.length))
        for (let i = 0; i < longest; i++) {
          rows.push(row)
          lists.forEach((list, at) => results[at]!.push(list[i] ?? null))
        }
      }
      if (rows.length === 0) return
      const selection = Int32Array.from(rows)
      const selected = selectChunk({...withoutBefore(chunk), columns: []}, selection)
      emit({...selected, columns: [...chunk.columns.map(column => selectVector(column, selection)), ...results.map(vectorOf)]})
    },
  }
}
