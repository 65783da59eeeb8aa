import type {Clock} from '../base/clock.ts'

/** A clock on which every pause is over at once; time moves by the pauses. */
export function instantClock(startMs = 0): Clock {
  let nowMs = startMs
  return {
    nowMs: () => nowMs,
    sleep: async ms => {
      nowMs += ms
    },
  }
}
