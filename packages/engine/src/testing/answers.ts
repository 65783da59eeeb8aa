import type {SqlRejection} from '../engine-api.ts'

type Answer = {readonly kind: string} | SqlRejection

/** What the engine answered; throws where it refused. */
export function accepted<T extends Answer>(answer: T): Exclude<T, SqlRejection> {
  if (isRefused(answer)) throw new Error(textOf(answer))
  return answer as Exclude<T, SqlRejection>
}

/** Message and hint of a refusal, or `accepted`. */
export const refusal = (answer: Answer): string => (isRefused(answer) ? textOf(answer) : 'accepted')

const isRefused = (answer: Answer): answer is SqlRejection => answer.kind === 'rejected'
const textOf = ({message, hint}: SqlRejection): string => (hint === undefined ? message : `${message} ${hint}`)
