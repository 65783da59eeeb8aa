import {must} from '../base/assert.ts'
import {sliceChunk} from '../batch/select.ts'
import type {Turns} from '../operators/turns.ts'
import type {Offset} from '../record/record.ts'
import type {Part} from './program.ts'
import {rowAtOffset} from './slice-chunk.ts'

/** Rows of one topic; all of its offsets before `next` are done when they are. */
export type Run = {readonly topic: number; readonly parts: readonly Part[]; readonly next: Offset}

/** Runs of both topics of a queue, and in what order their rows come: turns end at offsets. */
export type TwoRuns = {readonly left: Run; readonly right: Run; readonly turns: Turns}

/** `from`: offsets before it were taken; `row`: the first row that was not, of the part that leads. */
type Piece = {readonly parts: readonly Part[]; readonly next: Offset; from: Offset; row: number}

/**
 * Which rows of several topics come next: those of the topic whose first row is the oldest; of equally old ones those of
 * the first topic. So rows of different topics meet in the order of their time, however they were fetched.
 */
export class RecordQueue {
  readonly #pieces: Piece[][]

  constructor(topics: number) {
    this.#pieces = Array.from({length: topics}, () => [])
  }

  push(topic: number, parts: readonly Part[], next: Offset): void {
    must(this.#pieces[topic], `topic ${topic}`).push({parts, next, from: -Infinity, row: 0})
  }

  isEmpty(topic: number): boolean {
    return must(this.#pieces[topic], `topic ${topic}`).length === 0
  }

  /** The longest run of rows that no row of another topic comes before; undefined when all is taken. */
  take(): Run | undefined {
    const topic = this.#oldest()
    if (topic === undefined) return undefined
    const pieces = must(this.#pieces[topic], 'pieces of a topic')
    const piece = must(pieces[0], 'first piece')
    return this.#takeUntil(topic, piece, this.#cut(topic, piece))
  }

  /**
   * For a queue of two topics: rows of both, up to where one of them has to be read on, with the order in which `take` gives them.
   * Undefined where only one of them has rows at hand, or where a topic is several inputs: `take` goes on.
   */
  takeBoth(): TwoRuns | undefined {
    const [left] = must(this.#pieces[0], 'topic 0')
    const [right] = must(this.#pieces[1], 'topic 1')
    if (left?.parts.length !== 1 || right?.parts.length !== 1) return undefined
    const leftTimes = lead(left).chunk.timestamps
    const rightTimes = lead(right).chunk.timestamps
    if (left.row >= leftTimes.length || right.row >= rightTimes.length) return undefined
    const leftOffsets = offsetsOf(left)
    const rightOffsets = offsetsOf(right)
    let leftRow = left.row
    let rightRow = right.row
    const first = leftTimes[leftRow]! <= rightTimes[rightRow]! ? 0 : 1
    const ends: Offset[] = []
    while (leftRow < leftTimes.length && rightRow < rightTimes.length) {
      if (((first + ends.length) & 1) === 0) {
        const limit = rightTimes[rightRow]!
        while (leftRow < leftTimes.length && leftTimes[leftRow]! <= limit) leftRow++
        ends.push(leftRow < leftTimes.length ? leftOffsets[leftRow]! : left.next)
      } else {
        const limit = leftTimes[leftRow]!
        while (rightRow < rightTimes.length && rightTimes[rightRow]! < limit) rightRow++
        ends.push(rightRow < rightTimes.length ? rightOffsets[rightRow]! : right.next)
      }
    }
    return {
      left: this.#takeUntil(0, left, leftRow),
      right: this.#takeUntil(1, right, rightRow),
      turns: {first, ends},
    }
  }

  /** The rows of a topic's first piece before `row`. */
  #takeUntil(topic: number, piece: Piece, row: number): Run {
    const {from, parts} = piece
    if (row === lead(piece).chunk.count) {
      must(this.#pieces[topic], 'pieces of a topic').shift()
      return {topic, parts: slice(parts, from, Infinity), next: piece.next}
    }
    const to = must(offsetsOf(piece)[row], 'offset of a source row')
    piece.row = row
    piece.from = to
    return {topic, parts: slice(parts, from, to), next: to}
  }

  #oldest(): number | undefined {
    let best: number | undefined
    let bestTime = Infinity
    for (const [topic, [head]] of this.#pieces.entries()) {
      if (head === undefined) continue
      const time = firstTime(head)
      if (best !== undefined && time >= bestTime) continue
      best = topic
      bestTime = time
    }
    return best
  }

  /** The first row that has to wait for a row of another topic; the count: none has to. */
  #cut(topic: number, piece: Piece): number {
    let limit = Infinity
    let mayEqual = true
    for (const [other, [head]] of this.#pieces.entries()) {
      if (other === topic || head === undefined) continue
      const time = firstTime(head)
      if (time < limit || (time === limit && other < topic)) mayEqual = other > topic
      limit = Math.min(limit, time)
    }
    const {chunk} = lead(piece)
    if (limit === Infinity) return chunk.count
    for (let {row} = piece; row < chunk.count; row++) {
      const time = must(chunk.timestamps[row], 'row time')
      if (mayEqual ? time > limit : time >= limit) return row
    }
    return chunk.count
  }
}

/** A topic that is several inputs moves by the times that its first input sees. */
const lead = (piece: Piece): Part => must(piece.parts.find(part => part.chunk.count > 0) ?? piece.parts[0], 'parts of a piece')

/** A piece without rows comes at once: it only moves the position. */
const firstTime = (piece: Piece): number => lead(piece).chunk.timestamps[piece.row] ?? -Infinity

const offsetsOf = (piece: Piece): ArrayLike<Offset> => must(lead(piece).chunk.origin, 'origin of source rows').offsets

function slice(parts: readonly Part[], from: Offset, to: Offset): readonly Part[] {
  if (from === -Infinity && to === Infinity) return parts
  return parts.map(({input, chunk}) => ({input, chunk: sliceChunk(chunk, rowAtOffset(chunk, from), rowAtOffset(chunk, to))}))
}
