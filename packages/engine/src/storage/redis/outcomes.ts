import type {AppendOutcome} from '../port/log-store.ts'
import {arrayOf, numberOf, textOf} from './reply.ts'

/** What the scripts that append answer: status and number of each batch, flat. */
export function parseOutcomes(reply: unknown): readonly AppendOutcome[] {
  const flat = arrayOf(reply)
  const outcomes: AppendOutcome[] = []
  for (let i = 0; i < flat.length; i += 2) outcomes.push(outcomeOf(textOf(flat[i]), flat[i + 1]))
  return outcomes
}

function outcomeOf(status: string, detail: unknown): AppendOutcome {
  switch (status) {
    case 'appended':
    case 'duplicate':
      return {kind: status, baseOffset: numberOf(detail)}
    case 'out-of-order':
      return {kind: status, expectedSequence: numberOf(detail)}
    case 'fenced':
      return {kind: status, by: numberOf(detail)}
    case 'conflict':
      return {kind: status, end: numberOf(detail)}
    case 'known-events':
      return {kind: status, known: numberOf(detail)}
    case 'key-conflict': {
      const [index, version] = textOf(detail).split(' ')
      return {kind: status, index: numberOf(index), version: numberOf(version)}
    }
    case 'unknown-partition':
    case 'aborted':
      return {kind: status}
    default:
      throw new Error(`the append script answered ${status}`)
  }
}
