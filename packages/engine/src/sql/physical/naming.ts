import type {Step} from '../../plan/step.ts'

/**
 * Names of steps and of what belongs to them. Each kind counts for itself, in the order left to right, bottom to top, so that
 * a filter more or less does not rename an aggregate: state is found again after CREATE OR REPLACE.
 */
export type Naming = {
  /** `aggregate-1`, `aggregate-2`, … */
  readonly step: (kind: Step['kind']) => string
}

export function createNaming(): Naming {
  const counts = new Map<string, number>()
  return {
    step: kind => {
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      return `${kind}-${count}`
    },
  }
}

/** The store of a step: `aggregate-1`, or one side of a join: `table-table-join-1-left`. */
export const storeName = (stepId: string, side?: 'left' | 'right'): string => (side === undefined ? stepId : `${stepId}-${side}`)

/** The store that holds the result of a table query, for pull queries. */
export const RESULT_STORE = 'result'
