import {vectorOf, type Rows, type Vector} from '../chunk/chunk.ts'
import type {ProjectStep} from '../plan/step.ts'
import {rowsBefore, withNulls, withoutBefore} from './chunks.ts'
import type {OperatorContext} from './context.ts'
import {ignoreErrors, rowErrors, type OnRowError, type Projection} from './evaluator.ts'
import type {Operator} from './operator.ts'

/** SELECT: new value columns. Null values stay null values; changes of a table are projected before and after. */
export function projectOperator(step: ProjectStep, context: OperatorContext): Operator {
  const project = context.evaluator.projection(step.value)
  return {
    process(_port, chunk, emit) {
      const rows = withoutBefore(chunk)
      const columns = projected(step, project, rows, rowErrors(context.report, step.id, chunk))
      const {before} = chunk
      emit(
        before === undefined || !context.wantsBefore
          ? {...rows, columns}
          : {...rows, columns, before: {...before, columns: projected(step, project, rowsBefore(chunk, before), ignoreErrors)}},
      )
    },
  }
}

function projected(step: ProjectStep, project: Projection, chunk: Rows, onError: OnRowError): readonly Vector[] {
  const {nullValues} = chunk
  const values = project(chunk, undefined, onError)
  return [
    ...step.key.map(index => chunk.columns[index]!),
    ...(nullValues === undefined ? values : values.map(vector => vectorOf(withNulls(vector.values, nullValues)))),
  ]
}
