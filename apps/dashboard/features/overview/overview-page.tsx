'use client'
import {SquareTerminal} from 'lucide-react'
import Link from 'next/link'
import {healthDocument} from '../../graphql/health.ts'
import {queriesDocument} from '../../graphql/queries.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {useNamesRevision} from '../../live/use-metrics.ts'
import {buttonStyle} from '../../ui/button.tsx'
import {Page} from '../../ui/page.tsx'
import {Attention} from './attention.tsx'
import {HealthPanel} from './health-panel.tsx'
import {LagPanel, ThroughputPanel} from './charts.tsx'
import {Stats} from './stats.tsx'

/** Is it well, how much flows, and what needs somebody. */
export function OverviewPage() {
  const health = useQuery(healthDocument, {}, {everyMs: 10_000})
  const queries = useQuery(queriesDocument, {}, {everyMs: 5000, revision: useNamesRevision()})
  return (
    <Page
      title="Overview"
      actions={
        <Link href="/sql" className={buttonStyle('primary')}>
          <SquareTerminal size={15} aria-hidden /> Write SQL
        </Link>
      }
    >
      <Stats />
      <div className="grid min-w-0 grid-cols-1 gap-4 xl:grid-cols-2">
        <ThroughputPanel />
        <LagPanel />
        <Attention health={health} queries={queries} />
        <HealthPanel health={health} />
      </div>
    </Page>
  )
}
