import {setImmediate as nextTurn} from 'node:timers/promises'

/** What the executor answers in one or two milliseconds. */
const fieldsPerTurn = 1_500

/**
 * A long list, for the executor to complete some items at a time: between two turns of the event loop, so that an answer of
 * ten thousand objects holds up nobody. `fieldsOf` says how many fields of an item are asked for.
 */
export function inTurns<T>(items: readonly T[], fieldsOf: (item: T) => number): readonly (T | Promise<T>)[] {
  let turn: Promise<void> | undefined
  let fields = 0
  return items.map(item => {
    const more = fieldsOf(item)
    if (fields > 0 && fields + more > fieldsPerTurn) {
      turn = turn ? turn.then(() => nextTurn()) : nextTurn()
      fields = 0
    }
    fields += more
    return turn ? turn.then(() => item) : item
  })
}
