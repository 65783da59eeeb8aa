import type {Rows} from '../../chunk/chunk.ts'
import {EngineError} from '../../base/errors.ts'
import {limits} from '../../limits.ts'
import {ignoreErrors} from '../../operators/evaluator.ts'
import type {PullSort, SortKey} from '../../plan/pull-plan.ts'
import type {Row} from '../../schema/value.ts'
import {compareValues} from '../../state/compare.ts'
import {selectRows} from '../../batch/select.ts'
import type {Bar} from './stream-rows.ts'
import type {PullRun} from './node-rows.ts'
import {rowAt} from './page.ts'

type Place = {readonly keys: Row; readonly page: Rows; readonly row: number}

/**
 * All rows in order, equal ones as they came. Of more than `reach` rows those beyond it are let go. A `bar` is told the
 * first key of the last row within reach, once there is one: rows below it are not wanted.
 */
export async function* sortRows(
  {by}: PullSort,
  input: AsyncIterable<Rows>,
  {evaluator}: PullRun,
  reach: number,
  bar?: Bar,
): AsyncGenerator<Rows> {
  const project = evaluator.projection(by.map(({expr}) => expr))
  const compare = comparator(by)
  let places: Place[] = []
  for await (const page of input) {
    if (page.count === 0) continue
    const columns = project(page, undefined, ignoreErrors)
    for (let row = 0; row < page.count; row++) places.push({keys: rowAt(columns, row), page, row})
    if (places.length > Math.max(2 * reach, 1_000) || (bar && places.length >= reach))
      places = places.sort(compare).slice(0, reach)
    if (bar && places.length === reach) bar.timeMs = Number(places.at(-1)?.keys[0] ?? -Infinity)
    if (places.length > limits.pullSortRowsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `ORDER BY has more than ${limits.pullSortRowsMax} rows to sort: narrow them with WHERE, or use LIMIT`,
      )
  }
  yield* runsOf(places.sort(compare).slice(0, reach))
}

/** Neighbours from one page go on together. */
function* runsOf(places: readonly Place[]): Generator<Rows> {
  for (let from = 0; from < places.length;) {
    const page = places[from]?.page
    let to = from + 1
    while (to < places.length && places[to]?.page === page) to++
    if (page !== undefined)
      yield selectRows(
        page,
        Int32Array.from(places.slice(from, to), ({row}) => row),
      )
    from = to
  }
}

function comparator(by: readonly SortKey[]): (left: Place, right: Place) => number {
  return ({keys: left}, {keys: right}) => {
    for (const [i, {isDescending, areNullsFirst}] of by.entries()) {
      const [a, b] = [left[i] ?? null, right[i] ?? null]
      if (a === null || b === null) {
        if (a === b) continue
        return (a === null) === areNullsFirst ? -1 : 1
      }
      const order = compareValues(a, b)
      if (order !== 0) return isDescending ? -order : order
    }
    return 0
  }
}
