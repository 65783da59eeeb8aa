import {latin1} from '../base/bytes.ts'
import {limits} from '../limits.ts'
import type {ScanPage, ScanRange, StateStore} from '../storage/port/state-store.ts'
import {taskKey, type TaskId} from '../storage/port/task-commit.ts'
import {ChangelogView} from './changelog-view.ts'

type Change = {readonly key: Uint8Array; readonly value: Uint8Array | null}

/**
 * State of tasks as it was committed: the rows in storage, and above them what is in the changelogs only. Every value is one that was
 * committed when the call began, or later. For readers in any process; several may share one.
 */
export class CommittedState {
  readonly rows: StateStore
  /** Views that were asked for last stand last. */
  readonly #views = new Map<string, ChangelogView>()

  constructor(rows: StateStore) {
    this.rows = rows
  }

  /** Values of keys, in the order of the keys; null where absent. */
  async lookUp(task: TaskId, store: string, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]> {
    const view = this.#viewOf(task)
    const before = view.keepFrom
    // Asked together: a row that is written by a commit between the two answers can only be missed when the changelog's begin moved.
    const [, found] = await Promise.all([this.#refresh(task, view), this.rows.lookUp(task, store, keys)])
    const rows = view.keepFrom === before ? found : await this.rows.lookUp(task, store, keys)
    if (view.isEmpty) return rows
    const all = keys.length > KEYS_SEARCHED_ONE_BY_ONE ? view.all(store) : undefined
    return keys.map((key, i) => {
      const logged = all === undefined ? view.find(store, key) : all.get(latin1(key))?.value
      return logged === undefined ? (rows[i] ?? null) : logged
    })
  }

  /** Entries of a store, in pages; in the order of their keys where the store keeps it or the range has an end. */
  async *scan(task: TaskId, store: string, range: Omit<ScanRange, 'after'>): AsyncGenerator<ScanPage['entries']> {
    const view = this.#viewOf(task)
    await this.#refresh(task, view)
    const logged = view.all(store)
    const shown = [...logged.values()]
      .filter(change => isWithin(change.key, range))
      .toSorted((a, b) => Buffer.compare(a.key, b.key))
    let after: Uint8Array | undefined
    do {
      const page = await this.rows.scan(task, store, {...range, ...(after && {after})})
      const rows = page.entries.filter(({key}) => !logged.has(latin1(key)))
      const last = page.next === undefined ? undefined : page.entries.at(-1)?.key
      yield merge(rows, shown.splice(0, last === undefined ? shown.length : countUpTo(shown, last)))
      after = page.next
    } while (after)
  }

  /** Entries of a store that the changelog holds. */
  async logged(task: TaskId, store: string): Promise<ScanPage['entries']> {
    const view = this.#viewOf(task)
    await this.#refresh(task, view)
    return [...view.all(store).values()].flatMap(({key, value}) => (value === null ? [] : [{key, value}]))
  }

  async #refresh(task: TaskId, view: ChangelogView): Promise<void> {
    view.add(await this.rows.changelog(task, view.last))
    this.#evict(view)
  }

  #viewOf(task: TaskId): ChangelogView {
    const name = taskKey(task)
    const view = this.#views.get(name) ?? new ChangelogView()
    this.#views.delete(name)
    this.#views.set(name, view)
    return view
  }

  #evict(current: ChangelogView): void {
    let bytes = 0
    for (const view of this.#views.values()) bytes += view.bytes
    for (const [name, view] of this.#views) {
      if (bytes <= limits.changelogViewBytesMax) return
      if (view === current) continue
      this.#views.delete(name)
      bytes -= view.bytes
    }
  }
}

/** Each search goes through all changes; more keys are worth a map of them. */
const KEYS_SEARCHED_ONE_BY_ONE = 16

const isWithin = (key: Uint8Array, {from, to}: Pick<ScanRange, 'from' | 'to'>): boolean =>
  (from === undefined || Buffer.compare(key, from) >= 0) && (to === undefined || Buffer.compare(key, to) < 0)

function countUpTo(changes: readonly Change[], last: Uint8Array): number {
  const end = changes.findIndex(({key}) => Buffer.compare(key, last) > 0)
  return end < 0 ? changes.length : end
}

/** Rows as they came, the changes where their keys belong among them. */
function merge(rows: ScanPage['entries'], changes: readonly Change[]): ScanPage['entries'] {
  const puts = changes.flatMap(({key, value}) => (value === null ? [] : [{key, value}]))
  if (puts.length === 0) return rows
  const merged: {key: Uint8Array; value: Uint8Array}[] = []
  let next = 0
  for (const row of rows) {
    while (next < puts.length && Buffer.compare(puts[next]!.key, row.key) < 0) merged.push(puts[next++]!)
    merged.push(row)
  }
  return [...merged, ...puts.slice(next)]
}
