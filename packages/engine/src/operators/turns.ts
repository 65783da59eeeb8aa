/**
 * In what order rows of two inputs come: by turns, left and right alternately. `ends[i]` is where turn i stops in its input, which
 * begins where that input's last turn stopped.
 */
export type Turns = {
  /** The port that begins: 0 is left. */
  readonly first: number
  readonly ends: ArrayLike<number>
}

/** All rows of one input. */
export const oneTurn = (port: number, rows: number): Turns => ({first: port, ends: [rows]})

/** Rows `from` ≤ row < `to` of one input. */
type Take = (from: number, to: number) => void

export function takeTurns({first, ends}: Turns, left: Take, right: Take): void {
  let leftRow = 0
  let rightRow = 0
  for (let turn = 0; turn < ends.length; turn++) {
    const end = ends[turn]!
    if (((first + turn) & 1) === 0) {
      left(leftRow, end)
      leftRow = end
    } else {
      right(rightRow, end)
      rightRow = end
    }
  }
}
