import {must} from '../base/assert.ts'
import {sliceChunk} from '../batch/select.ts'
import type {Offset} from '../record/record.ts'
import type {Part} from './program.ts'
import {rowAtOffset} from './slice-chunk.ts'

/** Rows of one topic; all of its offsets before `next` are done when they are. */
export type Run = {readonly topic: number; readonly parts: readonly Part[]; readonly next: Offset}

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
    const cut = this.#cut(topic, piece)
    if (cut === undefined) {
      pieces.shift()
      return {topic, parts: slice(piece.parts, piece.from, Infinity), next: piece.next}
    }
    const parts = slice(piece.parts, piece.from, cut.offset)
    piece.from = cut.offset
    piece.row = cut.row
    return {topic, parts, next: cut.offset}
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

  /** The offset of the first row that has to wait for a row of another topic; undefined: none has to. */
  #cut(topic: number, piece: Piece): {readonly offset: Offset; readonly row: number} | undefined {
    let limit = Infinity
    let mayEqual = true
    for (const [other, [head]] of this.#pieces.entries()) {
      if (other === topic || head === undefined) continue
      const time = firstTime(head)
      if (time < limit || (time === limit && other < topic)) mayEqual = other > topic
      limit = Math.min(limit, time)
    }
    if (limit === Infinity) return undefined
    const {chunk} = lead(piece)
    for (let {row} = piece; row < chunk.count; row++) {
      const time = must(chunk.timestamps[row], 'row time')
      if (mayEqual ? time > limit : time >= limit)
        return {offset: must(chunk.origin?.offsets[row], 'offset of a source row'), row}
    }
    return undefined
  }
}

/** A topic that is several inputs moves by the times that its first input sees. */
const lead = (piece: Piece): Part => must(piece.parts.find(part => part.chunk.count > 0) ?? piece.parts[0], 'parts of a piece')

/** A piece without rows comes at once: it only moves the position. */
const firstTime = (piece: Piece): number => lead(piece).chunk.timestamps[piece.row] ?? -Infinity

function slice(parts: readonly Part[], from: Offset, to: Offset): readonly Part[] {
  if (from === -Infinity && to === Infinity) return parts
  return parts.map(({input, chunk}) => ({input, chunk: sliceChunk(chunk, rowAtOffset(chunk, from), rowAtOffset(chunk, to))}))
}
