import {latin1} from '../../base/bytes.ts'
import type {ScanPage, ScanRange} from '../port/state-store.ts'

type Entry = {readonly key: Uint8Array; readonly value: Uint8Array}

/** Bytes to bytes, sorted when somebody asks for a range. Keys are kept as Latin-1 text, which compares as their bytes do. */
export class SortedEntries {
  readonly #entries: Map<string, Entry>
  #sorted: readonly string[] | undefined

  constructor(entries: ReadonlyMap<string, Entry> = new Map()) {
    this.#entries = new Map(entries)
  }

  copy(): SortedEntries {
    return new SortedEntries(this.#entries)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(latin1(key))?.value
  }

  set(key: Uint8Array, value: Uint8Array): void {
    const text = latin1(key)
    const known = this.#entries.get(text)
    if (!known) this.#sorted = undefined
    this.#entries.set(text, {key: known?.key ?? key, value})
  }

  delete(key: Uint8Array): void {
    if (this.#entries.delete(latin1(key))) this.#sorted = undefined
  }

  scan(range: ScanRange): ScanPage {
    this.#sorted ??= [...this.#entries.keys()].sort((a, b) => (a < b ? -1 : 1))
    const sorted = this.#sorted
    const from = range.from ? lowerBound(sorted, latin1(range.from)) : 0
    const after = range.after ? upperBound(sorted, latin1(range.after)) : 0
    const to = range.to ? lowerBound(sorted, latin1(range.to)) : sorted.length
    const start = Math.max(from, after)
    const end = Math.min(to, start + range.entriesMax)
    const entries = sorted.slice(start, end).flatMap(text => this.#entries.get(text) ?? [])
    const last = entries.at(-1)
    return last && end < to ? {entries, next: last.key} : {entries}
  }
}

const lowerBound = (sorted: readonly string[], key: string): number => firstIndex(sorted, text => text >= key)
const upperBound = (sorted: readonly string[], key: string): number => firstIndex(sorted, text => text > key)

/** Index of the first text that passes a test which, once passed, all later ones pass. */
function firstIndex(sorted: readonly string[], passes: (text: string) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (passes(sorted[middle] ?? '')) high = middle
    else low = middle + 1
  }
  return low
}
