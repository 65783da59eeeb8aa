'use client'
import {Layers} from 'lucide-react'
import Link from 'next/link'
import {topicDocument, type Topic} from '../../graphql/topics.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {dateTime} from '../../lib/time.ts'
import {buttonStyle} from '../../ui/button.tsx'
import {Empty, Faces} from '../../ui/faces.tsx'
import {Bytes, Compact} from '../../ui/number.tsx'
import {Page, PageFact} from '../../ui/page.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Segments} from '../../ui/segments.tsx'
import {Badge} from '../../ui/status.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'
import {RecordBrowser} from '../records/record-browser.tsx'
import {LiveTail} from '../records/live-tail.tsx'
import {ProduceForm} from '../records/produce-form.tsx'
import {PartitionTable} from './partition-table.tsx'
import {bytesIn, recordsIn, retention} from './topic-facts.ts'

const tabs = [
  ['live', 'Live'],
  ['browse', 'Browse'],
  ['produce', 'Produce'],
] as const
type Tab = (typeof tabs)[number][0]

export function TopicPage() {
  const [name] = useUrlParam('name')
  const query = useQuery(topicDocument, {name}, {everyMs: 1000})
  const topic = query.result.state === 'ready' ? query.result.data.topic : null
  return (
    <Page
      title={name || 'Topic'}
      parent={{label: 'Topics', href: '/topics'}}
      badge={topic?.isInternal ? <Badge>internal</Badge> : undefined}
      facts={topic && <Facts topic={topic} />}
    >
      <Faces query={query}>{data => (data.topic ? <Body topic={data.topic} /> : <Unknown name={name} />)}</Faces>
    </Page>
  )
}

const Facts = ({topic}: {readonly topic: Topic}) => (
  <>
    <PageFact name="records">
      <Compact value={recordsIn(topic)} />
    </PageFact>
    <PageFact name="size">
      <Bytes value={bytesIn(topic)} />
    </PageFact>
    <PageFact name="kept">{retention(topic)}</PageFact>
    <PageFact name="encoding">{topic.encoding.toLowerCase()}</PageFact>
    <PageFact name="compression">{topic.compression.toLowerCase()}</PageFact>
    <PageFact name="created">{dateTime(topic.createdAt).slice(0, 16)}</PageFact>
  </>
)

const Unknown = ({name}: {readonly name: string}) => (
  <Panel title="Not found">
    <Empty
      icon={Layers}
      title={`There is no topic “${name}”`}
      action={
        <Link href="/topics" className={buttonStyle()}>
          All topics
        </Link>
      }
    >
      It may have been dropped, or its name is written in other letters: names of topics tell upper from lower case.
    </Empty>
  </Panel>
)

function Body({topic}: {readonly topic: Topic}) {
  const [stored, setTab] = useUrlParam('tab', 'live')
  const tab: Tab = tabs.find(([id]) => id === stored)?.[0] ?? 'live'
  const choice = <Segments label="Records of the topic" value={tab} options={tabs} onChange={setTab} />
  return (
    <>
      <Panel title="Partitions" isFlush>
        <PartitionTable topic={topic} />
      </Panel>
      {tab === 'live' && <LiveTail key={topic.name} topic={topic.name} choice={choice} />}
      {tab === 'browse' && (
        <RecordBrowser key={topic.name} topic={topic.name} partitions={topic.partitions.length} choice={choice} />
      )}
      {tab === 'produce' && (
        <ProduceForm key={topic.name} topic={topic.name} partitions={topic.partitions.length} choice={choice} />
      )}
    </>
  )
}
