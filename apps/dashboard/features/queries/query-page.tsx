'use client'
import {Workflow} from 'lucide-react'
import Link from 'next/link'
import {queryDocument, type QueryWithTasks} from '../../graphql/queries.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {routes} from '../../lib/routes.ts'
import {buttonStyle} from '../../ui/button.tsx'
import {Code} from '../../ui/code.tsx'
import {Empty, Faces} from '../../ui/faces.tsx'
import {Page, PageFact} from '../../ui/page.tsx'
import {Panel} from '../../ui/panel.tsx'
import {TextLink} from '../../ui/text-link.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'
import {ExplainPanel} from './explain-panel.tsx'
import {QueryActions} from './query-actions.tsx'
import {QueryNumbersPanel} from './query-numbers.tsx'
import {QueryStatus} from './query-state.tsx'
import {TaskTable} from './task-table.tsx'

export function QueryPage() {
  const [id] = useUrlParam('id')
  const query = useQuery(queryDocument, {id}, {everyMs: 1000})
  const found = query.result.state === 'ready' ? query.result.data.query : null
  return (
    <Page
      title={id || 'Query'}
      parent={{label: 'Queries', href: '/queries'}}
      badge={found && <QueryStatus state={found.state} />}
      actions={found && <QueryActions query={found} onDone={query.reload} />}
      facts={found && <Facts query={found} />}
    >
      <Faces query={query}>{data => (data.query ? <Body query={data.query} /> : <Unknown id={id} />)}</Faces>
    </Page>
  )
}

const Facts = ({query}: {readonly query: QueryWithTasks}) => (
  <>
    <PageFact name="reads">
      {query.sources.map((name, i) => (
        <span key={name}>
          {i > 0 && ', '}
          <TextLink href={routes.source(name)}>{name}</TextLink>
        </span>
      ))}
    </PageFact>
    <PageFact name="writes">
      <TextLink href={routes.source(query.sink)}>{query.sink}</TextLink>
    </PageFact>
    <PageFact name="topic">
      <TextLink href={routes.topic(query.sinkTopic)}>{query.sinkTopic}</TextLink>
    </PageFact>
  </>
)

const Unknown = ({id}: {readonly id: string}) => (
  <Panel title="Not found">
    <Empty
      icon={Workflow}
      title={`There is no query “${id}”`}
      action={
        <Link href="/queries" className={buttonStyle()}>
          All queries
        </Link>
      }
    >
      It may have been terminated.
    </Empty>
  </Panel>
)

const Body = ({query}: {readonly query: QueryWithTasks}) => (
  <>
    {query.error && (
      <div role="alert" className="rounded-lg border border-bad bg-bad-wash px-3 py-2 text-[13px] break-words">
        <strong className="text-bad">It has failed.</strong> {query.error}
      </div>
    )}
    <QueryNumbersPanel query={query} />
    <Panel title="Tasks" isFlush>
      <TaskTable tasks={query.tasks} />
    </Panel>
    <Panel title="Statement" isFlush>
      <Code label="statement" text={query.statement} isWrapped />
    </Panel>
    <ExplainPanel id={query.id} />
  </>
)
