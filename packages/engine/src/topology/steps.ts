import type {Step} from '../plan/step.ts'

/** Inputs of a step: none, one, or left and right. */
export function inputsOf(step: Step): readonly Step[] {
  if (step.kind === 'source') return []
  return 'input' in step ? [step.input] : [step.left, step.right]
}
