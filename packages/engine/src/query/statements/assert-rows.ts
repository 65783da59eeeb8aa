import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {PullRows} from '../../engine-api.ts'
import type {PullPlan} from '../../plan/pull-plan.ts'
import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'

type AssertValues = Extract<CompiledStatement, {kind: 'assert-values'}>

/** Waits until there is (or is not) such a row, for as long as the statement says. */
export async function assertRows(
  pull: (plan: PullPlan) => Promise<PullRows>,
  clock: Clock,
  {source, plan, isNegated, timeoutMs}: AssertValues,
): Promise<string> {
  const deadlineMs = clock.nowMs() + (timeoutMs ?? 1000)
  for (;;) {
    const {rows} = await pull(plan)
    if (rows.length > 0 !== isNegated) return isNegated ? `${source} has no row with this key` : `${source} has these values`
    if (clock.nowMs() >= deadlineMs)
      throw new EngineError(
        'SQL_INVALID',
        isNegated
          ? `${source} has a row with this key, expected none: ${JSON.stringify(rows[0], asText)}`
          : `${source} has no row with these values`,
      )
    await clock.sleep(20)
  }
}

const asText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
