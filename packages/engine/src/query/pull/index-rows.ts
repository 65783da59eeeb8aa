import {must} from '../../base/assert.ts'
import {latin1} from '../../base/bytes.ts'
import {EngineError} from '../../base/errors.ts'
import type {Rows} from '../../chunk/chunk.ts'
import {limits} from '../../limits.ts'
import {placesOfIndex, type TableIndex} from '../../plan/table-index.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import {columnsOf} from '../../schema/schema.ts'
import type {Row, Value} from '../../schema/value.ts'
import {indexStateKey, indexStates, READY} from '../../runtime/indexed-program.ts'
import {keyCodec, prefixEnd} from '../../serde/key-codec.ts'
import {indexKeyCodec} from '../../state/index-writer.ts'
import type {CommittedState} from '../../state/committed-state.ts'
import type {TaskId} from '../../storage/port/task-commit.ts'
import {rowsOf, type TableQuery} from './table-rows.ts'

/** Values of the leading indexed columns, and a range of the next. */
export type IndexQuery = {
  readonly index: TableIndex
  readonly equal: readonly Row[]
  readonly from?: IndexEnd
  readonly to?: IndexEnd
}

type IndexEnd = {readonly value: Value; readonly isInclusive: boolean}

/** Whether every task has built the index. Once it has, it stays so. */
export async function isIndexReady(state: CommittedState, tasks: readonly TaskId[], {store}: TableIndex): Promise<boolean> {
  const found = await Promise.all(tasks.map(task => state.rows.lookUp(task, indexStates, [indexStateKey(store)])))
  return found.every(([value]) => value?.[0] === READY)
}

/**
 * Rows by an index, in its order within each task, and then those that are in the changelog only, which no index knows yet. Entries and rows
 * may be read from different commits: a row that changed in between comes as it is now, at most once, and WHERE decides.
 */
export async function* indexRows(state: CommittedState, query: TableQuery, wanted: IndexQuery): AsyncGenerator<Rows> {
  const {source, location, signal, codec} = query
  const {schema} = source
  const places = must(placesOfIndex(wanted.index, source), 'columns of an index')
  const types = places.map(place => must(columnsOf(schema)[place], 'indexed column').type)
  const ranges = wanted.equal.flatMap(values => rangesOf(values, types, wanted))
  const entries = indexKeyCodec(schema, places)
  let looked = 0
  function count(found: number): void {
    looked += found
    if (looked > limits.pullScanRowsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `the query looks at more than ${limits.pullScanRowsMax} rows of ${source.name} by index ${wanted.index.name}: narrow it with WHERE, or use LIMIT`,
      )
  }
  for (const task of location.tasks) {
    // Read before the index: what is in neither by then was not committed.
    const logged = await state.logged(task, location.store)
    count(logged.length)
    const seen = new Set(logged.map(({key}) => latin1(key)))
    for (const range of ranges) {
      let after: Uint8Array | undefined
      do {
        if (signal?.aborted) throw new EngineError('CLOSED', 'the caller has gone')
        const entriesMax = limits.pullScanPageEntries
        const page = await state.rows.scan(task, wanted.index.store, {...range, entriesMax, ...(after && {after})})
        const keys = page.entries.flatMap(({key}) => {
          const {key: columns, window} = entries.decode(key)
          const bytes = codec.encodeKey(columns.slice(places.length), window)
          const name = latin1(bytes)
          if (seen.has(name)) return []
          seen.add(name)
          return [bytes]
        })
        count(keys.length)
        const values = await state.lookUp(task, location.store, keys)
        const found = values.flatMap((value, i) => (value ? [{key: must(keys[i], 'key'), value}] : []))
        yield rowsOf(codec.decode(found), source)
        after = page.next
      } while (after)
    }
    yield rowsOf(codec.decode(logged), source)
  }
}

type Range = {readonly from?: Uint8Array; readonly to?: Uint8Array}

/** The bytes between which the entries stand. Numbers that are equal but have two forms (0 and -0) are two ranges. */
function rangesOf(values: Row, types: readonly SqlType[], {from, to}: IndexQuery): Range[] {
  const fixed = types.slice(0, values.length)
  return spellings(values, fixed).map((spelling): Range => {
    const prefix = keyCodec(fixed).encode(spelling)
    const next = keyCodec(types.slice(0, values.length + 1))
    const endOf = (end: IndexEnd | undefined): Uint8Array | undefined =>
      end === undefined || isLoose(end.value) ? undefined : next.encode([...spelling, end.value])
    const [low, high] = [endOf(from), endOf(to)]
    const first = low === undefined || from?.isInclusive === true ? (low ?? prefix) : prefixEnd(low)
    const last = high === undefined ? prefixEnd(prefix) : to?.isInclusive === true ? prefixEnd(high) : high
    return {...(first && first.length > 0 && {from: first}), ...(last && {to: last})}
  })
}

function spellings(values: Row, types: readonly SqlType[]): Row[] {
  return values.reduce<Row[]>(
    (all, value, i) =>
      all.flatMap(row =>
        value === 0 && types[i]?.kind === 'DOUBLE'
          ? [
              [...row, 0],
              [...row, -0],
            ]
          : [[...row, value]],
      ),
    [[]],
  )
}

/** Bounds whose order in SQL is not that of their bytes: text compares by UTF-16 unit, zero has two forms. WHERE tests them. */
const isLoose = (value: Value): boolean => (typeof value === 'string' ? /[\ud800-\uffff]/.test(value) : value === 0)
