'use client'
import {Cable} from 'lucide-react'
import Link from 'next/link'
import {groupsDocument, type ConsumerGroup} from '../../graphql/groups.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {plural} from '../../lib/format.ts'
import {buttonStyle} from '../../ui/button.tsx'
import {Empty, Faces} from '../../ui/faces.tsx'
import {SearchField} from '../../ui/field.tsx'
import {Compact} from '../../ui/number.tsx'
import {Page} from '../../ui/page.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Status, type Tone} from '../../ui/status.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'
import {MemberTable, OffsetTable} from './group-tables.tsx'

const states: Readonly<Record<ConsumerGroup['state'], readonly [Tone, string]>> = {
  STABLE: ['ok', 'Stable'],
  REBALANCING: ['warn', 'Rebalancing'],
  EMPTY: ['off', 'Empty'],
}

export function GroupsPage() {
  const [filter, setFilter] = useUrlParam('q')
  const query = useQuery(groupsDocument, {}, {everyMs: 2000})
  return (
    <Page
      title="Consumer groups"
      actions={<SearchField label="Filter groups" value={filter} onText={setFilter} className="w-48" />}
    >
      <Faces query={query}>{({consumerGroups}) => <Body groups={consumerGroups} filter={filter.toLowerCase()} />}</Faces>
    </Page>
  )
}

function Body({groups, filter}: {readonly groups: readonly ConsumerGroup[]; readonly filter: string}) {
  const found = groups.filter(group => group.id.toLowerCase().includes(filter))
  if (found.length > 0) return found.map(group => <Group key={group.id} group={group} />)
  return (
    <Panel title="All groups">
      {groups.length > 0 ? (
        <Empty icon={Cable} title={`No group's name contains “${filter}”`} />
      ) : (
        <Empty
          icon={Cable}
          title="No consumer groups yet"
          action={
            <Link href="/topics" className={buttonStyle()}>
              See topics
            </Link>
          }
        >
          A group appears when a client subscribes to the field “consume”, or commits offsets. Its members share the partitions of
          a topic.
        </Empty>
      )}
    </Panel>
  )
}

const Group = ({group}: {readonly group: ConsumerGroup}) => (
  <Panel
    title={group.id}
    isFlush
    actions={
      <span className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[13px] text-muted">
        <Status tone={states[group.state][0]}>{states[group.state][1]}</Status>
        <span>{plural(group.members.length, 'member')}</span>
        <span className="figure">generation {group.generation}</span>
        <span>
          lag{' '}
          <strong className="font-semibold text-ink">
            <Compact value={group.lag} />
          </strong>
        </span>
      </span>
    }
  >
    <OffsetTable group={group} />
    {group.members.length > 0 && <MemberTable group={group} />}
  </Panel>
)
