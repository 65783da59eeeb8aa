'use client'
import {Layers} from 'lucide-react'
import Link from 'next/link'
import {topicsDocument, type Topic} from '../../graphql/topics.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {routes} from '../../lib/routes.ts'
import {useNamesRevision} from '../../live/use-metrics.ts'
import {buttonStyle} from '../../ui/button.tsx'
import {Empty, Faces} from '../../ui/faces.tsx'
import {SearchField} from '../../ui/field.tsx'
import {Page} from '../../ui/page.tsx'
import {Panel} from '../../ui/panel.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'
import {TopicTable} from './topic-table.tsx'

const firstStream = `CREATE STREAM clicks (user VARCHAR KEY, page VARCHAR, ms INT)\n  WITH (KAFKA_TOPIC='clicks', PARTITIONS=4);`

export function TopicsPage() {
  const [filter, setFilter] = useUrlParam('q')
  const [internal, setInternal] = useUrlParam('internal')
  const query = useQuery(topicsDocument, {includeInternal: internal === '1'}, {everyMs: 10_000, revision: useNamesRevision()})
  return (
    <Page title="Topics">
      <Panel
        title="All topics"
        isFlush
        actions={
          <>
            <label className="inline-flex items-center gap-1.5 text-[13px] text-soft">
              <input
                type="checkbox"
                checked={internal === '1'}
                onChange={event => setInternal(event.target.checked ? '1' : '')}
              />
              Internal
            </label>
            <SearchField label="Filter topics" value={filter} onText={setFilter} className="w-44" />
          </>
        }
      >
        <Faces query={query}>{({topics}) => <Body topics={topics} filter={filter} />}</Faces>
      </Panel>
    </Page>
  )
}

function Body({topics, filter}: {readonly topics: readonly Topic[]; readonly filter: string}) {
  if (topics.length === 0)
    return (
      <Empty
        icon={Layers}
        title="No topics yet"
        action={
          <Link href={routes.sql(firstStream)} className={buttonStyle('primary')}>
            Create a stream
          </Link>
        }
      >
        A topic is a log of records in partitions. Declaring a stream over one creates it.
      </Empty>
    )
  const found = topics.filter(topic => topic.name.toLowerCase().includes(filter.toLowerCase()))
  if (found.length === 0) return <Empty icon={Layers} title={`No topic's name contains “${filter}”`} />
  return <TopicTable topics={found} />
}
