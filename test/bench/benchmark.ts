import type {Redis} from 'ioredis'
import type {CpuUse} from './cpu.ts'

/** What a benchmark gets: a Redis of its own for the run, and how much to do. */
export type Bench = {
  readonly redisUrl: string
  readonly redis: Redis
  readonly events: number
  /** A name that no other measurement of this run uses. */
  readonly fresh: (name: string) => string
}

export type Measurement = {readonly events: number; readonly use: CpuUse}

/** One side of a comparison; `run` does all the work once and gives what it took. */
export type Contender = {readonly name: string; readonly run: (bench: Bench) => Promise<Measurement>}

/** The first contender is the one that the others are compared with. */
export type Benchmark = {
  readonly name: string
  readonly description: string
  readonly contenders: readonly [Contender, ...Contender[]]
}
