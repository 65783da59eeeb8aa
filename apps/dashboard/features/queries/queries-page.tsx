'use client'
import {Workflow} from 'lucide-react'
import Link from 'next/link'
import {queriesDocument, type PersistentQuery} from '../../graphql/queries.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {routes} from '../../lib/routes.ts'
import {useNamesRevision, useQueryNumbers} from '../../live/use-metrics.ts'
import {buttonStyle} from '../../ui/button.tsx'
import {Empty, Faces} from '../../ui/faces.tsx'
import {SearchField} from '../../ui/field.tsx'
import {Compact, Missing, Rate} from '../../ui/number.tsx'
import {Page} from '../../ui/page.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Sparkline} from '../../ui/sparkline.tsx'
import {Table} from '../../ui/table.tsx'
import {TextLink} from '../../ui/text-link.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'
import {QueryStatus} from './query-state.tsx'

const example = `CREATE TABLE page_views AS\n  SELECT page, COUNT(*) AS views\n  FROM clicks\n  GROUP BY page;`

export function QueriesPage() {
  const [filter, setFilter] = useUrlParam('q')
  const query = useQuery(queriesDocument, {}, {everyMs: 5000, revision: useNamesRevision()})
  return (
    <Page title="Queries">
      <Panel
        title="Persistent queries"
        isFlush
        actions={<SearchField label="Filter queries" value={filter} onText={setFilter} className="w-44" />}
      >
        <Faces query={query}>{({queries}) => <Body queries={queries} filter={filter} />}</Faces>
      </Panel>
    </Page>
  )
}

function Body({queries, filter}: {readonly queries: readonly PersistentQuery[]; readonly filter: string}) {
  if (queries.length === 0)
    return (
      <Empty
        icon={Workflow}
        title="No query is running"
        action={
          <Link href={routes.sql(example)} className={buttonStyle('primary')}>
            Write one
          </Link>
        }
      >
        CREATE STREAM AS SELECT and CREATE TABLE AS SELECT start queries that run until they are terminated.
      </Empty>
    )
  const found = queries.filter(it => `${it.id} ${it.statement}`.toLowerCase().includes(filter.toLowerCase()))
  return found.length === 0 ? <Empty icon={Workflow} title={`No query contains “${filter}”`} /> : <QueryTable queries={found} />
}

type OfQuery = {readonly query: PersistentQuery}

const State = ({query}: OfQuery) => <QueryStatus state={useQueryNumbers(query.id)?.state ?? query.state} />
const Lag = ({query}: OfQuery) => <Compact value={useQueryNumbers(query.id)?.lag ?? query.lag} />
const Bad = ({query}: OfQuery) => <Compact value={useQueryNumbers(query.id)?.badRecords ?? query.badRecords} />

function InRate({query}: OfQuery) {
  const numbers = useQueryNumbers(query.id)
  return numbers ? <Rate value={numbers.inPerSecond} /> : <Missing />
}

function OutRate({query}: OfQuery) {
  const numbers = useQueryNumbers(query.id)
  return numbers ? <Rate value={numbers.outPerSecond} /> : <Missing />
}

function LagTrend({query}: OfQuery) {
  const numbers = useQueryNumbers(query.id)
  return numbers ? <Sparkline values={numbers.history} revision={numbers} colour="lag" /> : null
}

const QueryTable = ({queries}: {readonly queries: readonly PersistentQuery[]}) => (
  <Table
    label="Persistent queries"
    rows={queries}
    keyOf={query => query.id}
    columns={[
      {name: 'Query', cell: query => <TextLink href={routes.query(query.id)}>{query.id}</TextLink>},
      {name: 'State', cell: query => <State query={query} />},
      {name: 'Lag', isNumber: true, cell: query => <Lag query={query} />},
      {name: 'Lag, last minute', cell: query => <LagTrend query={query} />},
      {name: 'In / s', isNumber: true, cell: query => <InRate query={query} />},
      {name: 'Out / s', isNumber: true, cell: query => <OutRate query={query} />},
      {name: 'Bad records', isNumber: true, cell: query => <Bad query={query} />},
      {name: 'State rows', isNumber: true, cell: query => <Compact value={query.stateEntries} />},
      {name: 'Writes', cell: query => <TextLink href={routes.source(query.sink)}>{query.sink}</TextLink>},
    ]}
  />
)
