import type {Clock} from '../base/clock.ts'

/** Where the sequences of a task's changelog begin: above those of any task of this name before it, at up to 1,024 commits a ms. */
export const firstSequence = (clock: Clock): number => clock.nowMs() * 1024
