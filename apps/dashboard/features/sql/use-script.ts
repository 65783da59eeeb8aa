'use client'
import {useRef, useState} from 'react'
import {runStep, stepsOf, type Chosen, type Outcome, type Step} from './run-script.ts'

export type StepResult = {readonly step: Step; readonly outcome: Outcome}

/** Runs scripts, one at a time: a new run takes the place of the one before, and a refusal ends a run. */
export function useScript(): {readonly results: readonly StepResult[]; readonly run: (chosen: Chosen) => void} {
  const [results, setResults] = useState<readonly StepResult[]>([])
  const round = useRef(0)
  const run = async (chosen: Chosen): Promise<void> => {
    const mine = ++round.current
    let done: readonly StepResult[] = []
    for (const step of stepsOf(chosen, mine)) {
      setResults([...done, {step, outcome: {kind: 'running'}}])
      const outcome = await runStep(step)
      if (mine !== round.current) return
      done = [...done, {step, outcome}]
      if (outcome.kind === 'refused' || outcome.kind === 'failed') break
    }
    setResults(done)
  }
  return {results, run: chosen => void run(chosen)}
}
