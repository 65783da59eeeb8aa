'use client'
import type {ReactNode} from 'react'
import {metricsStore} from '../../live/metrics-store.ts'
import {useMetricsFrame} from '../../live/use-metrics.ts'
import {Compact, Missing, Rate} from '../../ui/number.tsx'
import {Sparkline} from '../../ui/sparkline.tsx'

type StatProps = {
  readonly name: string
  readonly value: ReactNode
  readonly note?: string
  readonly line?: {readonly values: readonly (number | null)[]; readonly colour: 'in' | 'lag'}
}

const Stat = ({name, value, note, line}: StatProps) => (
  <div className="flex min-w-0 flex-col gap-0.5 bg-surface px-3.5 py-3">
    <dt className="truncate text-[12.5px] text-muted">{name}</dt>
    <dd className="flex items-end justify-between gap-2">
      <span className="text-[22px] leading-7 font-semibold tracking-tight">{value}</span>
      {line && (
        <span className="hidden sm:inline">
          <Sparkline
            values={line.values.slice(-60).map(each => each ?? 0)}
            revision={metricsStore.frame?.sequence}
            colour={line.colour}
          />
        </span>
      )}
    </dd>
    <dd className="min-h-4 truncate text-[12px] text-muted">{note}</dd>
  </div>
)

/** Six numbers of the moment. */
export function Stats() {
  const frame = useMetricsFrame()
  const {history} = metricsStore
  const states = frame?.queries.states ?? []
  const count = (state: string): number => states.filter(each => each === state).length
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line md:grid-cols-3 2xl:grid-cols-6">
      <Stat
        name="Produced / s"
        value={frame ? <Rate value={frame.producedPerSecond} /> : <Missing />}
        line={{values: history.produced, colour: 'in'}}
        note={frame ? `into ${frame.topics.names.length} topics` : ''}
      />
      <Stat
        name="Processed / s"
        value={frame ? <Rate value={frame.processedPerSecond} /> : <Missing />}
        line={{values: history.processed, colour: 'in'}}
        note="read by queries"
      />
      <Stat
        name="Emitted / s"
        value={frame ? <Rate value={frame.emittedPerSecond} /> : <Missing />}
        line={{values: history.emitted, colour: 'in'}}
        note="written by queries"
      />
      <Stat
        name="Total lag"
        value={
          frame ? (
            <span data-testid="total-lag">
              <Compact value={frame.lag} />
            </span>
          ) : (
            <Missing />
          )
        }
        line={{values: history.lag, colour: 'lag'}}
        note="records not yet processed"
      />
      <Stat
        name="Queries running"
        value={frame ? <Compact value={count('RUNNING')} /> : <Missing />}
        note={`${count('FAILED')} failed, ${count('PAUSED')} paused`}
      />
      <Stat
        name="Bad records"
        value={frame ? <Compact value={frame.badRecords} /> : <Missing />}
        note="skipped since the start"
      />
    </dl>
  )
}
