import {vectorOf, type Rows} from '../../chunk/chunk.ts'
import {EngineError} from '../../base/errors.ts'
import type {Expr} from '../../expr/ir.ts'
import {limits} from '../../limits.ts'
import {ignoreErrors, type Projection} from '../../operators/evaluator.ts'
import type {PullJoin, PullNode} from '../../plan/pull-plan.ts'
import type {Row, Value} from '../../schema/value.ts'
import {mapKeysOf, type MapKey} from '../../state/map-key.ts'
import type {PullRun} from './node-rows.ts'
import {PAGE_ROWS, pagesOf, rowAt} from './page.ts'

/** A hash join: the right side is held in memory, the left side passes by. */
export async function* joinRows(
  node: PullJoin,
  rowsOf: (input: PullNode) => AsyncIterable<Rows>,
  run: PullRun,
): AsyncGenerator<Rows> {
  const {join, widths} = node
  const right = await hold(node, rowsOf(node.right), run)
  const keysOf = keyReader(
    node.on.map(({left}) => left),
    run,
  )
  const met = new Set<Row>()
  const padding = new Array<Value>(widths.right).fill(null)
  for await (const page of rowsOf(node.left)) {
    if (page.count === 0) continue
    const keys = keysOf(page)
    const pairs = new Pairs(node, run)
    for (let row = 0; row < page.count; row++) {
      const left = rowAt(page.columns, row)
      const key = keys[row]
      pairs.add(left, key === undefined ? [] : (right.byKey.get(key) ?? []))
      if (pairs.size >= PAGE_ROWS) yield* pairs.flush(met, join === 'left' || join === 'full' ? padding : undefined)
    }
    yield* pairs.flush(met, join === 'left' || join === 'full' ? padding : undefined)
  }
  if (join !== 'right' && join !== 'full') return
  const before = new Array<Value>(widths.left).fill(null)
  yield* pagesOf(
    right.rows.filter(row => !met.has(row)).map(row => [...before, ...row]),
    widths.left + widths.right,
  )
}

type Held = {readonly rows: readonly Row[]; readonly byKey: ReadonlyMap<MapKey, readonly Row[]>}

async function hold({on}: PullJoin, input: AsyncIterable<Rows>, run: PullRun): Promise<Held> {
  const keysOf = keyReader(
    on.map(({right}) => right),
    run,
  )
  const rows: Row[] = []
  const byKey = new Map<MapKey, Row[]>()
  for await (const page of input) {
    if (page.count === 0) continue
    const keys = keysOf(page)
    for (let row = 0; row < page.count; row++) {
      const values = rowAt(page.columns, row)
      rows.push(values)
      const key = keys[row]
      if (key === undefined) continue
      const same = byKey.get(key)
      if (same === undefined) byKey.set(key, [values])
      else same.push(values)
    }
    if (rows.length > limits.pullJoinRowsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `the right side of the join has more than ${limits.pullJoinRowsMax} rows: narrow it with WHERE, or put it on the left`,
      )
  }
  return {rows, byKey}
}

/** What rows meet by; undefined where a part is NULL, which equals nothing. */
function keyReader(exprs: readonly Expr[], {evaluator}: PullRun): (page: Rows) => readonly (MapKey | undefined)[] {
  const project: Projection = evaluator.projection(exprs)
  const mapKeys = mapKeysOf(exprs.map(({type}) => type))
  return page => {
    const columns = project(page, undefined, ignoreErrors).map(({values}) => values)
    const keys = mapKeys(columns, page.count)
    return Array.from({length: page.count}, (_, row) =>
      columns.some(values => (values[row] ?? null) === null) ? undefined : keys[row],
    )
  }
}

/** Candidates that meet by key, tested by what else ON says, in the order of the left rows. */
class Pairs {
  readonly #node: PullJoin
  readonly #filter: ReturnType<PullRun['evaluator']['filter']> | undefined
  #lefts: {readonly row: Row; readonly to: number}[] = []
  #pairs: {readonly left: Row; readonly right: Row}[] = []

  constructor(node: PullJoin, {evaluator}: PullRun) {
    this.#node = node
    this.#filter = node.where && evaluator.filter(node.where)
  }

  get size(): number {
    return Math.max(this.#lefts.length, this.#pairs.length)
  }

  add(left: Row, rights: readonly Row[]): void {
    for (const right of rights) this.#pairs.push({left, right})
    this.#lefts.push({row: left, to: this.#pairs.length})
    if (this.#pairs.length > limits.pullJoinRowsMax)
      throw new EngineError('LIMIT_EXCEEDED', `one row meets more than ${limits.pullJoinRowsMax} rows in the join`)
  }

  /** `padding`: stands beside left rows that met nobody. */
  *flush(met: Set<Row>, padding: Row | undefined): Generator<Rows> {
    const {widths} = this.#node
    const width = widths.left + widths.right
    const pairs = this.#pairs
    const passes = this.#passing(pairs, width)
    const rows: Row[] = []
    let from = 0
    for (const {row, to} of this.#lefts) {
      let isMet = false
      for (; from < to; from++) {
        const pair = pairs[from]
        if (pair === undefined || !passes(from)) continue
        isMet = true
        met.add(pair.right)
        rows.push([...pair.left, ...pair.right])
      }
      if (!isMet && padding !== undefined) rows.push([...row, ...padding])
    }
    this.#lefts = []
    this.#pairs = []
    yield* pagesOf(rows, width)
  }

  #passing(pairs: readonly {readonly left: Row; readonly right: Row}[], width: number): (pair: number) => boolean {
    if (this.#filter === undefined || pairs.length === 0) return () => true
    const columns = Array.from({length: width}, (_, i) =>
      vectorOf(pairs.map(({left, right}) => (i < left.length ? left[i] : right[i - left.length]) ?? null)),
    )
    const passed = new Set(this.#filter({count: pairs.length, columns, timestamps: new Float64Array(pairs.length)}, ignoreErrors))
    return pair => passed.has(pair)
  }
}
