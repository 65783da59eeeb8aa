import type {Clock} from '../base/clock.ts'
import * as functions from '../expr/functions/registry.ts'
import type {EvaluatorEnv} from '../topology/evaluator.ts'

/** What expressions are evaluated with: the functions, and the session's properties as they were when it was planned. */
export const evaluationEnv = (settings: Readonly<Record<string, string>>, clock: Clock): EvaluatorEnv => ({
  functions,
  aggregates: functions,
  settings: {get: property => settings[property], nowMs: () => clock.nowMs()},
})
