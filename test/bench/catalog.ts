import type {Benchmark, Study} from './benchmark.ts'
import {expressions} from './expressions.ts'
import {joinBenchmarks} from './join-benchmarks.ts'
import {latency} from './latency.ts'
import {logBenchmarks} from './log-benchmarks.ts'
import {manyPartitions} from './many-partitions.ts'
import {memory} from './memory.ts'
import {planning} from './planning.ts'
import {queryBenchmarks} from './query-benchmarks.ts'

/** Events per CPU-second. */
export const benchmarks: readonly Benchmark[] = [...logBenchmarks, ...queryBenchmarks, ...joinBenchmarks]

/** Everything else. */
export const studies: readonly Study[] = [memory, latency, manyPartitions, expressions, planning]
