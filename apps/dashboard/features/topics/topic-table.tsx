'use client'
import type {Topic} from '../../graphql/topics.ts'
import {routes} from '../../lib/routes.ts'
import {useTopicNumbers} from '../../live/use-metrics.ts'
import {Bytes, Compact, Missing, Rate} from '../../ui/number.tsx'
import {Sparkline} from '../../ui/sparkline.tsx'
import {Badge} from '../../ui/status.tsx'
import {Table} from '../../ui/table.tsx'
import {TextLink} from '../../ui/text-link.tsx'
import {bytesIn, recordsIn, retention} from './topic-facts.ts'

const rowsMax = 500

const Records = ({topic}: {readonly topic: Topic}) => <Compact value={useTopicNumbers(topic.name)?.records ?? recordsIn(topic)} />

const Size = ({topic}: {readonly topic: Topic}) => <Bytes value={useTopicNumbers(topic.name)?.bytes ?? bytesIn(topic)} />

function InRate({topic}: {readonly topic: Topic}) {
  const numbers = useTopicNumbers(topic.name)
  return numbers ? <Rate value={numbers.inPerSecond} /> : <Missing />
}

function Trend({topic}: {readonly topic: Topic}) {
  const numbers = useTopicNumbers(topic.name)
  return numbers ? <Sparkline values={numbers.history} revision={numbers} colour="in" /> : null
}

export const TopicTable = ({topics}: {readonly topics: readonly Topic[]}) => (
  <>
    <Table
      label="Topics"
      rows={topics.slice(0, rowsMax)}
      keyOf={topic => topic.name}
      columns={[
        {
          name: 'Name',
          cell: topic => (
            <span className="inline-flex items-center gap-2">
              <TextLink href={routes.topic(topic.name)}>{topic.name}</TextLink>
              {topic.isInternal && <Badge>internal</Badge>}
            </span>
          ),
        },
        {name: 'Partitions', isNumber: true, cell: topic => topic.partitions.length},
        {name: 'Records', isNumber: true, cell: topic => <Records topic={topic} />},
        {name: 'In / s', isNumber: true, cell: topic => <InRate topic={topic} />},
        {name: 'Last minute', cell: topic => <Trend topic={topic} />},
        {name: 'Size', isNumber: true, cell: topic => <Size topic={topic} />},
        {name: 'Retention', cell: retention},
        {name: 'Encoding', cell: topic => <span className="text-soft">{topic.encoding.toLowerCase()}</span>},
      ]}
    />
    {topics.length > rowsMax && (
      <p className="border-t px-3 py-2 text-[13px] text-muted">
        The first {rowsMax} of {topics.length}: filter by name to see others.
      </p>
    )}
  </>
)
