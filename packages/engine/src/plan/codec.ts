import {EngineError} from '../base/errors.ts'
import {canonicalJson, fromCanonicalJson} from './canonical-json.ts'
import type {PersistentPlan} from './query-plan.ts'
import {validatePlan} from './validate.ts'

/** A plan as JSON text; equal plans give equal text. */
export const encodePlan = (plan: PersistentPlan): string => canonicalJson(plan)

/** The plan that `encodePlan` wrote. Throws STATE_CORRUPT for any other text, for another version, and for parts that do not fit. */
export function decodePlan(text: string): PersistentPlan {
  const plan = parse(text)
  if (typeof plan !== 'object' || plan === null || !('version' in plan) || !('root' in plan) || !('sink' in plan))
    throw new EngineError('STATE_CORRUPT', 'plan: not a persistent query plan')
  if (plan.version !== 1) throw new EngineError('STATE_CORRUPT', `plan: version ${String(plan.version)}; this engine reads 1`)
  // The outline is there; the rest is checked part by part.
  const candidate = plan as PersistentPlan
  try {
    validatePlan(candidate)
  } catch (error) {
    if (error instanceof EngineError) throw error
    throw new EngineError('STATE_CORRUPT', 'plan: parts are missing', {}, error)
  }
  return candidate
}

function parse(text: string): unknown {
  try {
    return fromCanonicalJson(text)
  } catch (error) {
    throw new EngineError('STATE_CORRUPT', 'plan: not JSON', {}, error)
  }
}
