/**
 * In what order rows of two inputs come: by turns, left and right alternately. `ends[i]` is where turn i stops in its input,
 * which begins where the input's last turn stopped.
 */
export type Turns = {
  /** The port that begins: 0 is left. */
  readonly first: number
  readonly ends: ArrayLike<number>
}

/** All rows of one input. */
export const oneTurn = (port: number, rows: number): Turns => ({first: port, ends: [rows]})
