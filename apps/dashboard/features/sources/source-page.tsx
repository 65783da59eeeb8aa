'use client'
import {Database, SquareTerminal} from 'lucide-react'
import Link from 'next/link'
import type {ReactNode} from 'react'
import {sourceDocument, type Source} from '../../graphql/sources.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {routes} from '../../lib/routes.ts'
import {quoteName} from '../../lib/sql-text.ts'
import {useNamesRevision} from '../../live/use-metrics.ts'
import {buttonStyle} from '../../ui/button.tsx'
import {Code} from '../../ui/code.tsx'
import {Empty, Faces} from '../../ui/faces.tsx'
import {Missing} from '../../ui/number.tsx'
import {Page, PageFact} from '../../ui/page.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Badge} from '../../ui/status.tsx'
import {Table} from '../../ui/table.tsx'
import {TextLink} from '../../ui/text-link.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'
import {StreamRows} from './stream-rows.tsx'
import {TableRows} from './table-rows.tsx'

export function SourcePage() {
  const [name] = useUrlParam('name')
  const query = useQuery(sourceDocument, {name}, {everyMs: 5000, revision: useNamesRevision()})
  const source = query.result.state === 'ready' ? query.result.data.source : null
  return (
    <Page
      title={name || 'Stream or table'}
      parent={{label: 'Streams & tables', href: '/sources'}}
      badge={source && <Badge>{source.kind.toLowerCase()}</Badge>}
      actions={
        source && (
          <Link href={routes.sql(`SELECT * FROM ${quoteName(name)} EMIT CHANGES;`)} className={buttonStyle()}>
            <SquareTerminal size={15} aria-hidden /> Query it
          </Link>
        )
      }
      facts={source && <Facts source={source} />}
    >
      <Faces query={query}>{data => (data.source ? <Body source={data.source} /> : <Unknown name={name} />)}</Faces>
    </Page>
  )
}

const Facts = ({source}: {readonly source: Source}) => (
  <>
    <PageFact name="topic">
      <TextLink href={routes.topic(source.topic)}>{source.topic}</TextLink>
    </PageFact>
    <PageFact name="partitions">{source.partitions}</PageFact>
    <PageFact name="key">{source.keyFormat}</PageFact>
    <PageFact name="value">{source.valueFormat}</PageFact>
    {source.window && <PageFact name="window">{source.window.toLowerCase()}</PageFact>}
  </>
)

const Unknown = ({name}: {readonly name: string}) => (
  <Panel title="Not found">
    <Empty
      icon={Database}
      title={`There is no stream or table “${name}”`}
      action={
        <Link href="/sources" className={buttonStyle()}>
          All sources
        </Link>
      }
    >
      It may have been dropped. Names that were declared without quotes are in upper case.
    </Empty>
  </Panel>
)

const Links = ({title, children}: {readonly title: string; readonly children: ReactNode}) => (
  <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-2 border-b px-3 py-1.5 text-[13px]">
    <span className="text-muted">{title}</span>
    <span className="flex flex-wrap gap-x-3 gap-y-1 break-all">{children}</span>
  </div>
)

const Body = ({source}: {readonly source: Source}) => (
  <>
    {source.kind === 'TABLE' ? <TableRows key={source.name} source={source} /> : <StreamRows key={source.name} source={source} />}
    <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
      <Panel title="Columns" isFlush>
        <Table
          label="Columns"
          rows={source.columns}
          keyOf={column => `${column.isKey}:${column.name}`}
          columns={[
            {name: 'Name', isMono: true, cell: column => column.name},
            {name: 'Type', isMono: true, cell: column => column.type},
            {name: 'Part', cell: column => (column.isKey ? <Badge>key</Badge> : <span className="text-muted">value</span>)},
          ]}
        />
      </Panel>
      <Panel title="Declaration" isFlush>
        <Links title="Written by">
          {source.createdBy ? <TextLink href={routes.query(source.createdBy)}>{source.createdBy}</TextLink> : 'producers'}
        </Links>
        <Links title="Read by">
          {source.readBy.length === 0 && <Missing />}
          {source.readBy.map(id => (
            <TextLink key={id} href={routes.query(id)}>
              {id}
            </TextLink>
          ))}
        </Links>
        <Code label="statement" text={source.statement} isWrapped />
      </Panel>
    </div>
  </>
)
