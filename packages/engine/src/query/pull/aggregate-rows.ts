import type {Rows} from '../../chunk/chunk.ts'
import {EngineError} from '../../base/errors.ts'
import {limits} from '../../limits.ts'
import {ignoreErrors} from '../../operators/evaluator.ts'
import type {PullAggregate} from '../../plan/pull-plan.ts'
import type {Row, Value} from '../../schema/value.ts'
import {mapKeysOf, type MapKey} from '../../state/map-key.ts'
import type {PullRun} from './node-rows.ts'
import {pagesOf, rowAt} from './page.ts'

type Group = {readonly key: Row; readonly states: Value[]}

/** Groups in the order in which they were first seen. */
export async function* aggregateRows(
  {groups, aggregations}: PullAggregate,
  input: AsyncIterable<Rows>,
  {evaluator}: PullRun,
): AsyncGenerator<Rows> {
  const aggregators = aggregations.map(each => evaluator.aggregator(each, 'stream'))
  const keysOf = evaluator.projection(groups)
  const argumentsOf = aggregations.map(({args}) => evaluator.projection(args))
  const mapKeys = mapKeysOf(groups.map(({type}) => type))
  const found = new Map<MapKey, Group>()
  const start = (key: Row): Group => ({key, states: aggregators.map(({initial}) => initial())})
  if (groups.length === 0) found.set('', start([]))
  for await (const page of input) {
    if (page.count === 0) continue
    const columns = keysOf(page, undefined, ignoreErrors)
    const args = argumentsOf.map(project => project(page, undefined, ignoreErrors))
    const keys = mapKeys(
      columns.map(({values}) => values),
      page.count,
    )
    for (let row = 0; row < page.count; row++) {
      const mapKey = keys[row] ?? null
      let group = found.get(mapKey)
      if (group === undefined) found.set(mapKey, (group = start(rowAt(columns, row))))
      for (const [i, aggregator] of aggregators.entries())
        group.states[i] = aggregator.add(group.states[i] ?? null, rowAt(args[i] ?? [], row))
    }
    if (found.size > limits.pullGroupsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `GROUP BY makes more than ${limits.pullGroupsMax} groups: narrow the rows with WHERE`,
      )
  }
  const rows = [...found.values()].map(({key, states}): Row => [
    ...key,
    ...aggregators.map(({result}, i) => result(states[i] ?? null)),
  ])
  yield* pagesOf(rows, groups.length + aggregations.length)
}
