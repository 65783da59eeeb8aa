'use client'
import {Database} from 'lucide-react'
import Link from 'next/link'
import {sourcesDocument, type Source} from '../../graphql/sources.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {routes} from '../../lib/routes.ts'
import {useNamesRevision} from '../../live/use-metrics.ts'
import {buttonStyle} from '../../ui/button.tsx'
import {Empty, Faces} from '../../ui/faces.tsx'
import {SearchField} from '../../ui/field.tsx'
import {Missing} from '../../ui/number.tsx'
import {Page} from '../../ui/page.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Segments} from '../../ui/segments.tsx'
import {Badge} from '../../ui/status.tsx'
import {Table} from '../../ui/table.tsx'
import {TextLink} from '../../ui/text-link.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'

const example = `CREATE STREAM clicks (user VARCHAR KEY, page VARCHAR, ms INT)
  WITH (KAFKA_TOPIC='clicks', PARTITIONS=4);

CREATE TABLE page_views AS
  SELECT page, COUNT(*) AS views FROM clicks GROUP BY page;`

const kinds = [
  ['all', 'All'],
  ['stream', 'Streams'],
  ['table', 'Tables'],
] as const

export function SourcesPage() {
  const [filter, setFilter] = useUrlParam('q')
  const [kind, setKind] = useUrlParam('kind', 'all')
  const query = useQuery(sourcesDocument, {}, {everyMs: 5000, revision: useNamesRevision()})
  return (
    <Page title="Streams & tables">
      <Panel
        title="All sources"
        isFlush
        actions={
          <>
            <Segments label="Kind" value={kinds.find(([id]) => id === kind)?.[0] ?? 'all'} options={kinds} onChange={setKind} />
            <SearchField label="Filter sources" value={filter} onText={setFilter} className="w-44" />
          </>
        }
      >
        <Faces query={query}>
          {({streams, tables}) => (
            <Body sources={[...(kind === 'table' ? [] : streams), ...(kind === 'stream' ? [] : tables)]} filter={filter} />
          )}
        </Faces>
      </Panel>
    </Page>
  )
}

function Body({sources, filter}: {readonly sources: readonly Source[]; readonly filter: string}) {
  const found = sources.filter(source => source.name.toLowerCase().includes(filter.toLowerCase()))
  if (sources.length === 0)
    return (
      <Empty
        icon={Database}
        title="Nothing declared yet"
        action={
          <Link href={routes.sql(example)} className={buttonStyle('primary')}>
            Start with an example
          </Link>
        }
      >
        A stream gives the records of a topic columns; a table keeps the latest row of each key.
      </Empty>
    )
  if (found.length === 0) return <Empty icon={Database} title={`No source's name contains “${filter}”`} />
  return <SourceTable sources={found} />
}

const QueryLinks = ({ids}: {readonly ids: readonly string[]}) =>
  ids.length === 0 ? (
    <Missing />
  ) : ids.length > 2 ? (
    <span title={ids.join('\n')}>{ids.length} queries</span>
  ) : (
    <span className="inline-flex gap-2">
      {ids.map(id => (
        <TextLink key={id} href={routes.query(id)}>
          {id}
        </TextLink>
      ))}
    </span>
  )

const SourceTable = ({sources}: {readonly sources: readonly Source[]}) => (
  <Table
    label="Streams and tables"
    rows={sources}
    keyOf={source => source.name}
    columns={[
      {name: 'Name', cell: source => <TextLink href={routes.source(source.name)}>{source.name}</TextLink>},
      {
        name: 'Kind',
        cell: source => (
          <span className="inline-flex gap-1.5">
            <Badge>{source.kind.toLowerCase()}</Badge>
            {source.window && <Badge>{source.window.toLowerCase()}</Badge>}
          </span>
        ),
      },
      {name: 'Topic', cell: source => <TextLink href={routes.topic(source.topic)}>{source.topic}</TextLink>},
      {name: 'Columns', isNumber: true, cell: source => source.columns.length},
      {
        name: 'Key / value format',
        cell: source => <span className="text-soft">{`${source.keyFormat} / ${source.valueFormat}`}</span>,
      },
      {name: 'Written by', cell: source => <QueryLinks ids={source.createdBy === null ? [] : [source.createdBy]} />},
      {name: 'Read by', cell: source => <QueryLinks ids={source.readBy} />},
    ]}
  />
)
