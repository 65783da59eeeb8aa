import type {Chunk} from '../chunk/chunk.ts'
import type {Step, WindowSpec} from '../plan/step.ts'
import {WindowStore} from '../state/window-store.ts'
import {WriteOnlyStore} from '../state/write-only-store.ts'
import {isAllNull, keyColumns, layoutOf, type OperatorContext} from './context.ts'
import type {Operator} from './operator.ts'

/** Keeps the result of a table query for pull queries, and passes it on. Windows are kept for their retention. */
export function resultStoreOperator(step: Step, storeName: string, context: OperatorContext): Operator {
  const keyCount = step.schema.key.length
  if (step.window === undefined) {
    const store = context.stores.add(new WriteOnlyStore(storeName, layoutOf(step)))
    return {
      process(_port, chunk, emit) {
        store.put(chunk, keyColumns(chunk, keyCount))
        emit(chunk)
      },
    }
  }
  const keeper = new WindowKeeper(step, storeName, context)
  return {
    process(_port, chunk, emit) {
      keeper.keep(chunk)
      emit(chunk)
    },
  }
}

class WindowKeeper {
  readonly #store: WindowStore
  readonly #by: 'start' | 'end'
  readonly #keyCount: number
  readonly #retentionMs: number
  readonly #newest: {value: number}

  constructor(step: Step, storeName: string, context: OperatorContext) {
    this.#by = step.window?.kind === 'session' ? 'end' : 'start'
    this.#store = context.stores.add(new WindowStore(storeName, layoutOf(step), this.#by))
    this.#keyCount = step.schema.key.length
    this.#retentionMs = windowOf(step)?.retentionMs ?? Infinity
    this.#newest = context.stores.facts.cell(`${storeName}/newest`, -Infinity)
  }

  keep(chunk: Chunk): void {
    const {windows} = chunk
    if (windows === undefined) throw new TypeError('rows of a windowed table have no window')
    const keys = chunk.columns.slice(0, this.#keyCount).map(column => column.values)
    const mapKeys = this.#store.mapKeys([...keys, windows.starts], chunk.count)
    const values = chunk.columns.slice(this.#keyCount).map(column => column.values)
    const {table} = this.#store
    for (let row = 0; row < chunk.count; row++) {
      if (isAllNull(keys, this.#keyCount, row)) continue
      const [start, end] = [windows.starts[row]!, windows.ends[row]!]
      const time = this.#by === 'start' ? start : end
      if (chunk.nullValues?.[row] === 1) {
        this.#store.remove(time, mapKeys[row]!)
        continue
      }
      const bucket = this.#store.bucket(time)
      let slot = bucket.get(mapKeys[row]!)
      if (slot === undefined) slot = this.#store.add(bucket, mapKeys[row]!, keys, row, start, end)
      else table.touch(slot)
      for (let i = 0; i < values.length; i++) table.values[i]![slot] = values[i]![row]!
      table.times[slot] = chunk.timestamps[row]!
      if (chunk.timestamps[row]! > this.#newest.value) this.#newest.value = chunk.timestamps[row]!
    }
    const oldest = this.#newest.value - this.#retentionMs
    if (Number.isFinite(oldest)) this.#store.expireBefore(oldest)
  }
}

/** The window of the aggregate that a windowed result comes from. */
function windowOf(step: Step): WindowSpec | undefined {
  if (step.kind === 'aggregate') return step.over
  return 'input' in step ? windowOf(step.input) : undefined
}
