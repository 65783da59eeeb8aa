'use client'
import {Radio} from 'lucide-react'
import {useEffect, useState, type ReactNode} from 'react'
import {tailDocument, type TopicRecord} from '../../graphql/records.ts'
import {RowLog} from '../../live/row-log.ts'
import {useSignal} from '../../live/signal.ts'
import {useLive} from '../../live/use-live.ts'
import {Empty, Failed} from '../../ui/faces.tsx'
import {LiveControls} from '../../ui/live-controls.tsx'
import {Panel} from '../../ui/panel.tsx'
import {RecordGrid} from './record-grid.tsx'

const recordsMax = 5000

/** New records as they arrive, newest on top. */
export function LiveTail({topic, choice}: {readonly topic: string; readonly choice: ReactNode}) {
  const [log] = useState(() => new RowLog<TopicRecord>(recordsMax))
  const [isPaused, setPaused] = useState(false)
  const live = useLive({
    document: tailDocument,
    key: topic,
    isPaused,
    variables: cursor => ({topic, ...(cursor ? {after: cursor} : {})}),
    onData: ({records: batch}) => {
      log.append(batch.records)
      return batch.cursor
    },
  })
  useEffect(() => () => log.clear(), [log])
  useSignal(log.changed)
  return (
    <Panel
      title="Records"
      isFlush
      actions={
        <>
          {choice}
          <LiveControls state={live.state} log={log} isPaused={isPaused} onPause={setPaused} onClear={() => log.clear()} />
        </>
      }
    >
      {live.error ? (
        <Failed error={live.error} />
      ) : log.length === 0 ? (
        <Empty icon={Radio} title="Waiting for records">
          New records appear here as they are appended. What is already in the topic is under Browse.
        </Empty>
      ) : (
        <RecordGrid label={`Live records of ${topic}`} count={log.length} at={index => log.at(index)} arrived={log.received} />
      )}
    </Panel>
  )
}
