import type {Clock} from '../base/clock.ts'
import * as registry from '../expr/functions/registry.ts'
import type {EvaluatorEnv} from '../topology/evaluator.ts'

/** What expressions are evaluated with: the functions, and the session's properties as they were when it was planned. */
export function evaluationEnv(settings: Readonly<Record<string, string>>, clock: Clock): EvaluatorEnv {
  const env = {
    functions: registry,
    aggregates: registry,
    settings: {get: (property: string) => settings[property], nowMs: () => clock.nowMs()},
  }
  return env
}
