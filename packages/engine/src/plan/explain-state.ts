import {inputsOf} from './plan-sources.ts'
import type {Step, WindowSpec} from './step.ts'

/** What a plan keeps between rows, and what bounds it: one line a store. */
export function stateLines(root: Step, resultStore: string | undefined): readonly string[] {
  const result = resultStore === undefined ? [] : [`${resultStore}: the result, for pull queries; ${resultBound(root)}`]
  return [...linesOf(root), ...result]
}

const linesOf = (step: Step): readonly string[] => [...inputsOf(step).flatMap(linesOf), ...own(step)]

function own(step: Step): readonly string[] {
  switch (step.kind) {
    case 'source':
      return step.store === undefined ? [] : [`${step.store}: the rows of ${step.sourceName}; as many as it has keys`]
    case 'aggregate':
      return [`${step.store}: accumulators; ${step.over === undefined ? perKey : perWindow(step.over)}`]
    case 'suppress':
      return [`${step.store}: results of open windows; a window goes when stream time passes its end by ${step.graceMs} ms`]
    case 'stream-stream-join': {
      const kept = step.graceMs === undefined ? '24 hours' : `${step.beforeMs + step.afterMs + step.graceMs} ms`
      return [`${step.leftStore}, ${step.rightStore}: rows that may still meet one; kept for ${kept} of stream time`]
    }
    case 'stream-table-join':
      return [`${step.rightStore}: the table's rows; as many as it has keys`]
    case 'table-table-join':
    case 'foreign-key-join':
      return [`${step.leftStore}, ${step.rightStore}: the rows of both tables; as many as they have keys`]
    default:
      return []
  }
}

const perKey = 'one for each group, for ever: nothing but tombstones of a table below bounds it'
const perWindow = ({retentionMs}: WindowSpec): string =>
  `one for each group and window, kept for ${retentionMs} ms of stream time`

function resultBound(step: Step): string {
  if (step.kind === 'aggregate') return step.over === undefined ? perKey : perWindow(step.over)
  return 'input' in step ? resultBound(step.input) : 'as many rows as keys'
}
