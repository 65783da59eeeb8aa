import type {Redis} from 'ioredis'
import type {CpuUse} from './cpu.ts'

export type Options = {
  readonly rounds: number
  readonly events: number
  readonly fsync: string
  /** Only contenders whose name has this in it. */
  readonly only?: string | undefined
}

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
export type Contender = {
  readonly name: string
  readonly run: (bench: Bench) => Promise<Measurement>
  /** Why it can't run on this machine; it is left out then, and the others run. */
  readonly unavailable?: () => string | undefined
}

/** The first contender is the one that the others are compared with. */
export type Benchmark = {
  readonly name: string
  readonly description: string
  readonly contenders: readonly [Contender, ...Contender[]]
}

/** What a benchmark prints and, with `--json`, writes: a name, and numbers by name. */
export type Figure = {readonly benchmark: string; readonly contender: string} & Readonly<Record<string, string | number>>

/** Something measured that is not events per CPU-second. */
export type Study = {readonly name: string; readonly run: (options: Options) => Promise<readonly Figure[]>}
