import {assertNever} from '../../base/assert.ts'
import {selectRows} from '../../batch/select.ts'
import type {Rows} from '../../chunk/chunk.ts'
import {ignoreErrors, type Evaluator} from '../../operators/evaluator.ts'
import type {PullFilter, PullLimit, PullNode, PullProject, PullScan, PullSort} from '../../plan/pull-plan.ts'
import {aggregateRows} from './aggregate-rows.ts'
import {joinRows} from './join-rows.ts'
import {sortRows} from './sort-rows.ts'
import type {Bar} from './stream-rows.ts'

/** What nodes are run with. A failed expression is NULL, and in WHERE not TRUE: a pull query has nobody to tell. */
export type PullRun = {
  /** With a `bar`, rows come newest first, as far back as the bar asks. */
  readonly scan: (scan: PullScan, bar: Bar | undefined) => AsyncIterable<Rows>
  readonly evaluator: Evaluator
}

/** The rows of a node in pages, computed as they are asked for. */
export function nodeRows(node: PullNode, run: PullRun): AsyncIterable<Rows> {
  const of = (input: PullNode): AsyncIterable<Rows> => nodeRows(input, run)
  switch (node.kind) {
    case 'scan':
      return run.scan(node, undefined)
    case 'filter':
      return filterRows(node, of(node.input), run)
    case 'project':
      return projectRows(node, of(node.input), run)
    case 'limit':
      return limitRows(node, node.input.kind === 'sort' ? firstRows(node.input, reach(node), run) : of(node.input))
    case 'sort':
      return sortRows(node, of(node.input), run, Infinity)
    case 'aggregate':
      return aggregateRows(node, of(node.input), run)
    case 'join':
      return joinRows(node, of, run)
    case 'union':
      return unionRows(node.inputs.map(of))
    default:
      return assertNever(node, 'pull node')
  }
}

/** The first rows in some order. The newest of a stream are looked for from the end of its log. */
function firstRows(node: PullSort, count: number, run: PullRun): AsyncIterable<Rows> {
  const {input} = node
  const scan = input.kind === 'filter' ? input.input : input
  if (!isNewestFirst(node) || scan.kind !== 'scan' || scan.from !== 'stream' || !Number.isFinite(count))
    return sortRows(node, nodeRows(input, run), run, count)
  const bar: Bar = {timeMs: undefined}
  const rows = run.scan(scan, bar)
  return sortRows(node, input.kind === 'filter' ? filterRows(input, rows, run) : rows, run, count, bar)
}

function isNewestFirst({by: [first]}: PullSort): boolean {
  return first?.isDescending === true && first.expr.kind === 'system' && first.expr.name === 'ROWTIME'
}

const reach = ({limit, offset}: PullLimit): number => (limit ?? Infinity) + (offset ?? 0)

async function* unionRows(inputs: readonly AsyncIterable<Rows>[]): AsyncGenerator<Rows> {
  for (const input of inputs) yield* input
}

async function* filterRows({where}: PullFilter, input: AsyncIterable<Rows>, {evaluator}: PullRun): AsyncGenerator<Rows> {
  const filter = evaluator.filter(where)
  for await (const page of input) {
    if (page.count === 0) continue
    const passed = filter(page, ignoreErrors)
    if (passed.length > 0) yield passed.length === page.count ? page : selectRows(page, passed)
  }
}

async function* projectRows({values}: PullProject, input: AsyncIterable<Rows>, {evaluator}: PullRun): AsyncGenerator<Rows> {
  const project = evaluator.projection(values)
  for await (const page of input) {
    if (page.count === 0) continue
    yield {count: page.count, columns: project(page, undefined, ignoreErrors), timestamps: page.timestamps}
  }
}

async function* limitRows({limit = Infinity, offset = 0}: PullLimit, input: AsyncIterable<Rows>): AsyncGenerator<Rows> {
  if (limit === 0) return
  let skipped = 0
  let given = 0
  for await (const page of input) {
    const from = Math.min(page.count, offset - skipped)
    skipped += from
    const count = Math.min(page.count - from, limit - given)
    given += count
    if (count > 0)
      yield count === page.count
        ? page
        : selectRows(
            page,
            Int32Array.from({length: count}, (_, i) => from + i),
          )
    if (given >= limit) return
  }
}
