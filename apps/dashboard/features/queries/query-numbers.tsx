'use client'
import type {ReactNode} from 'react'
import type {PersistentQuery} from '../../graphql/queries.ts'
import {useQueryNumbers} from '../../live/use-metrics.ts'
import {Compact, Missing, Rate} from '../../ui/number.tsx'
import {Sparkline} from '../../ui/sparkline.tsx'

const Number = ({name, children}: {readonly name: string; readonly children: ReactNode}) => (
  <div className="min-w-0 bg-surface px-3.5 py-2.5 first:col-span-2 md:first:col-span-1">
    <dt className="text-[12.5px] text-muted">{name}</dt>
    <dd className="flex items-end justify-between gap-2 text-[18px] leading-6 font-semibold">{children}</dd>
  </div>
)

/** The query's numbers of the moment. */
export function QueryNumbersPanel({query}: {readonly query: PersistentQuery}) {
  const numbers = useQueryNumbers(query.id)
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line md:grid-cols-5">
      <Number name="Lag">
        <span data-testid="query-lag">
          <Compact value={numbers?.lag ?? query.lag} />
        </span>
        {numbers && <Sparkline values={numbers.history} revision={numbers} colour="lag" />}
      </Number>
      <Number name="In / s">{numbers ? <Rate value={numbers.inPerSecond} /> : <Missing />}</Number>
      <Number name="Out / s">{numbers ? <Rate value={numbers.outPerSecond} /> : <Missing />}</Number>
      <Number name="Bad records">
        <Compact value={query.badRecords} />
      </Number>
      <Number name="Rows of state">
        <Compact value={query.stateEntries} />
      </Number>
    </dl>
  )
}
