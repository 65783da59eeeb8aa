import type {ConsumerGroup} from '../../graphql/groups.ts'
import {exact} from '../../lib/format.ts'
import {routes} from '../../lib/routes.ts'
import {duration} from '../../lib/time.ts'
import {Table} from '../../ui/table.tsx'
import {TextLink} from '../../ui/text-link.tsx'

const owner = (group: ConsumerGroup, topic: string, partition: number): string =>
  group.members.find(it => it.assignment.some(at => at.topic === topic && at.partition === partition))?.clientId ?? '—'

/** How far the group has come in each partition. */
export const OffsetTable = ({group}: {readonly group: ConsumerGroup}) => (
  <div className="max-h-80 overflow-y-auto">
    <Table
      label={`Offsets of ${group.id}`}
      rows={group.offsets}
      keyOf={it => `${it.topic}:${it.partition}`}
      columns={[
        {name: 'Topic', cell: it => <TextLink href={routes.topic(it.topic)}>{it.topic}</TextLink>},
        {name: 'Partition', isNumber: true, cell: it => it.partition},
        {name: 'Committed', isNumber: true, cell: it => (it.committedOffset === null ? '–' : exact(it.committedOffset))},
        {name: 'End offset', isNumber: true, cell: it => exact(it.endOffset)},
        {
          name: 'Lag',
          isNumber: true,
          cell: it => <span className={it.lag === '0' ? '' : 'font-semibold text-warn'}>{exact(it.lag)}</span>,
        },
        {name: 'Behind by', isNumber: true, cell: it => (it.lag === '0' ? '—' : duration(it.lagMs))},
        {name: 'Read by', cell: it => owner(group, it.topic, it.partition)},
      ]}
    />
  </div>
)

export const MemberTable = ({group}: {readonly group: ConsumerGroup}) => (
  <div className="border-t">
    <Table
      label={`Members of ${group.id}`}
      rows={group.members}
      keyOf={it => it.id}
      columns={[
        {name: 'Member', isMono: true, cell: it => it.id},
        {name: 'Client', cell: it => it.clientId},
        {name: 'Partitions', cell: it => it.assignment.map(at => `${at.topic}/${at.partition}`).join(', ') || '—'},
      ]}
    />
  </div>
)
