import type {Step} from './step.ts'

/** The steps right below a step, left before right. */
export function inputsOf(step: Step): readonly Step[] {
  if (step.kind === 'source') return []
  return 'input' in step ? [step.input] : [step.left, step.right]
}

/** Names of the sources that a plan reads, each once, from left to right. */
export function sourcesOf(root: Step): readonly string[] {
  if (root.kind === 'source') return [root.sourceName]
  return [...new Set(inputsOf(root).flatMap(sourcesOf))]
}
