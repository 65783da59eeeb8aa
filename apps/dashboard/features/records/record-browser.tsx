'use client'
import {ScrollText} from 'lucide-react'
import {useEffect, useState, type ReactNode} from 'react'
import {recordsDocument, type StartPosition, type TopicRecord} from '../../graphql/records.ts'
import {asRequestError, type RequestError} from '../../graphql/request-error.ts'
import {request} from '../../graphql/request.ts'
import {exact} from '../../lib/format.ts'
import {Button} from '../../ui/button.tsx'
import {Empty, Failed, Skeleton} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'
import {BrowseControls} from './browse-controls.tsx'
import {RecordGrid} from './record-grid.tsx'

const pageRecords = 200

type Pages = {
  readonly state: 'loading' | 'ready'
  readonly records: readonly TopicRecord[]
  readonly cursor?: string
  readonly hasMore: boolean
  readonly error?: RequestError
}
const nothing: Pages = {state: 'loading', records: [], hasMore: false}

type RecordBrowserProps = {readonly topic: string; readonly partitions: number; readonly choice: ReactNode}

/** What is in the topic, page by page, from the beginning, an offset or a time on. */
export function RecordBrowser({topic, partitions, choice}: RecordBrowserProps) {
  const [from] = useUrlParam('from', 'earliest')
  const [partitionText] = useUrlParam('partition')
  const partition = partitionText === '' ? undefined : Number(partitionText)
  const [pages, setPages] = useState(nothing)

  const load = (before: Pages, signal?: AbortSignal): void => {
    const start = before.cursor === undefined ? {from: position(from, partition, partitions)} : {after: before.cursor}
    request(recordsDocument, {topic, first: pageRecords, ...start, ...(partition === undefined ? {} : {partition})}, signal).then(
      ({topic: found}) => {
        const page = found?.records
        const records = [...before.records, ...(page?.nodes ?? [])]
        setPages({state: 'ready', records, hasMore: page?.hasNextPage ?? false, ...(page ? {cursor: page.endCursor} : {})})
      },
      (error: unknown) => signal?.aborted || setPages({...before, state: 'ready', error: asRequestError(error)}),
    )
  }
  useEffect(() => {
    const abort = new AbortController()
    setPages(nothing)
    load(nothing, abort.signal)
    return () => abort.abort()
  }, [topic, from, partition])

  return (
    <Panel
      title="Records"
      isFlush
      actions={
        <>
          {choice}
          <BrowseControls partitions={partitions} />
        </>
      }
    >
      {pages.error ? (
        <Failed error={pages.error} retry={() => load(nothing)} />
      ) : pages.state === 'loading' ? (
        <Skeleton lines={8} />
      ) : pages.records.length === 0 ? (
        <Empty icon={ScrollText} title="No records from there on">
          Start earlier, or look at all partitions.
        </Empty>
      ) : (
        <RecordGrid label={`Records of ${topic}`} count={pages.records.length} at={index => pages.records[index]} />
      )}
      {pages.records.length > 0 && (
        <div className="flex items-center gap-3 border-t px-3 py-2 text-[13px] text-muted">
          <span className="figure">{exact(pages.records.length)} records, oldest first</span>
          {pages.hasMore ? <Button onClick={() => load(pages)}>Load {pageRecords} more</Button> : <span>That is all.</span>}
        </div>
      )}
    </Panel>
  )
}

/** `earliest`, `offset:120`, `time:1733813746000`. */
function position(from: string, partition: number | undefined, partitions: number): StartPosition {
  const [kind, value = ''] = from.split(':')
  if (kind === 'time' && /^\d+$/.test(value)) return {timestamp: value}
  if (kind === 'offset' && /^\d+$/.test(value)) {
    const chosen = partition === undefined ? Array.from({length: partitions}, (_, i) => i) : [partition]
    return {offsets: chosen.map(each => ({partition: each, offset: value}))}
  }
  return {earliest: true}
}
