import type {WindowSpec} from '../../plan/step.ts'
import type {Count, Duration, TimeUnit, WindowClause} from '../syntax/query-ast.ts'
import {refuse} from './refusal.ts'

const unitMs: Readonly<Record<TimeUnit, number>> = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLISECONDS: 1,
}

const DAY_MS = unitMs.DAYS

export function countOf(count: Count, what: string): number {
  if (count.kind === 'Parameter')
    return refuse(`No value was given for the parameter ${typeof count.name === 'number' ? '$' : ':'}${count.name}.`, count)
  const value = Number(count.text)
  return Number.isSafeInteger(value) ? value : refuse(`${what} is too large: ${count.text}.`, count)
}

export const durationMs = (duration: Duration, what: string): number => {
  const ms = countOf(duration.amount, what) * unitMs[duration.unit]
  return Number.isSafeInteger(ms) ? ms : refuse(`${what} is too long.`, duration)
}

/**
 * Sizes in ms. Without GRACE PERIOD late records are taken for a day less the size of the window, and not at all under
 * EMIT FINAL, which would else hold every window back for a day.
 */
export function windowSpec(clause: WindowClause, isFinal: boolean): WindowSpec {
  const sizeMs = durationMs(clause.kind === 'SessionWindow' ? clause.gap : clause.size, 'The window size')
  if (sizeMs === 0) refuse('The window size must be greater than zero.', clause)
  const defaultGraceMs = isFinal ? 0 : Math.max(DAY_MS - sizeMs, 0)
  const graceMs = clause.grace === undefined ? defaultGraceMs : durationMs(clause.grace, 'The grace period')
  const leastMs = sizeMs + graceMs
  const retentionMs = clause.retention === undefined ? leastMs : durationMs(clause.retention, 'The retention')
  if (clause.retention !== undefined && retentionMs < leastMs)
    refuse(
      `Retention period cannot be smaller than window size plus grace period: ${retentionMs} ms < ${leastMs} ms.`,
      clause.retention,
    )
  if (clause.kind === 'SessionWindow') return {kind: 'session', gapMs: sizeMs, graceMs, retentionMs}
  if (clause.kind === 'TumblingWindow') return {kind: 'tumbling', sizeMs, graceMs, retentionMs}
  const advanceMs = durationMs(clause.advance, 'The window advance')
  if (advanceMs === 0 || advanceMs > sizeMs)
    refuse(
      `Window advancement interval should be more than zero and not more than the window size: ADVANCE BY ${advanceMs} ms of ${sizeMs} ms.`,
      clause.advance,
    )
  return {kind: 'hopping', sizeMs, advanceMs, graceMs, retentionMs}
}
