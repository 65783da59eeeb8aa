import {must} from '../base/assert.ts'
import {checksumOf} from '../batch/header.ts'
import type {Offset} from '../record/record.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'

/** A batch that was read: a log that holds another one there has lost this one, and maybe records before it. */
export type LogMark = {readonly base: Offset; readonly checksum: number}

/** Batches between the first mark that goes with a commit and each of the others, but for the oldest one there is. */
const committedDistances = [1, 8, 64, 512, 4096, 32_768]
const farthest = 1 << 20
/** The last marks are all kept; of those before, two for each power of two of the distance. */
const denseMarks = 16
const marksMax = 64

type Kept = LogMark & {readonly turn: number}

/**
 * What a member has read of a partition: every batch of late, then ever fewer, so that the end of what is lost and the begin of
 * what is not lie near each other, however much it is.
 */
export class LogMarks {
  #marks: Kept[] = []
  #turn = 0

  /** Begins with what went with a commit, newest first. */
  constructor(committed: readonly LogMark[] = []) {
    this.#marks = committed.map((mark, i) => ({...mark, turn: i === 0 ? 0 : -(committedDistances[i - 1] ?? farthest)})).reverse()
  }

  add({baseOffset, bytes}: StoredBatch): void {
    this.#marks.push({base: baseOffset, checksum: checksumOf(bytes), turn: ++this.#turn})
    if (this.#marks.length > marksMax) this.#thin()
  }

  /** In the order of the log. */
  get all(): readonly LogMark[] {
    return this.#marks
  }

  /** For a commit of `next`: some marks below it, newest first. */
  below(next: Offset): readonly LogMark[] {
    const marks = this.#marks
    let at = marks.length - 1
    while (at >= 0 && (marks[at]?.base ?? 0) >= next) at--
    const newest = marks[at]
    if (!newest) return []
    const found = [newest]
    let distance = 0
    // One pass: every commit goes through here.
    for (let i = at - 1; i >= 0; i--) {
      const mark = must(marks[i], 'mark')
      const turns = newest.turn - mark.turn
      if (i > 0 && turns < (committedDistances[distance] ?? Infinity)) continue
      found.push(mark)
      while (turns >= (committedDistances[distance] ?? Infinity)) distance++
    }
    return found
  }

  #thin(): void {
    const counts = new Map<number, number>()
    this.#marks = this.#marks.filter(({turn}) => {
      const age = this.#turn - turn
      if (age < denseMarks) return true
      const power = Math.floor(Math.log2(age))
      counts.set(power, (counts.get(power) ?? 0) + 1)
      return (counts.get(power) ?? 0) <= 2
    })
  }
}

/** As text: base, each after the first as its distance from the one before, and checksum. */
export function encodeMarks(marks: readonly LogMark[]): string {
  let text = ''
  let before = 0
  for (const {base, checksum} of marks) {
    text += `${text === '' ? '' : ' '}${Math.abs(before - base)}.${checksum}`
    before = base
  }
  return text
}

export function decodeMarks(text = ''): readonly LogMark[] {
  const marks: LogMark[] = []
  for (const word of text === '' ? [] : text.split(' ')) {
    const [base = 0, checksum = 0] = word.split('.').map(Number)
    marks.push({base: marks.length === 0 ? base : (marks.at(-1)?.base ?? 0) - base, checksum})
  }
  return marks
}
