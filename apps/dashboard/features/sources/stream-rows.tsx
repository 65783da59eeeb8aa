'use client'
import {Radio} from 'lucide-react'
import {useState} from 'react'
import {pushDocument, type Row} from '../../graphql/sql.ts'
import type {Source} from '../../graphql/sources.ts'
import {quoteName} from '../../lib/sql-text.ts'
import {RowLog} from '../../live/row-log.ts'
import {useSignal} from '../../live/signal.ts'
import {useLive} from '../../live/use-live.ts'
import {Empty, Failed} from '../../ui/faces.tsx'
import {LiveControls} from '../../ui/live-controls.tsx'
import {Panel} from '../../ui/panel.tsx'
import {RowGrid} from '../../ui/row-grid.tsx'

const rowsMax = 5000

/** Rows of a stream as they arrive, newest on top. */
export function StreamRows({source}: {readonly source: Source}) {
  const [log] = useState(() => new RowLog<Row>(rowsMax))
  const [isPaused, setPaused] = useState(false)
  const sql = `SELECT * FROM ${quoteName(source.name)} EMIT CHANGES;`
  const live = useLive({
    document: pushDocument,
    key: sql,
    isPaused,
    variables: cursor => ({sql, ...(cursor ? {after: cursor} : {})}),
    onData: ({pushQuery: event}) => {
      log.append(event.rows, event.dropped)
      return event.cursor
    },
  })
  useSignal(log.changed)
  return (
    <Panel
      title="Rows"
      isFlush
      actions={<LiveControls state={live.state} log={log} isPaused={isPaused} onPause={setPaused} onClear={() => log.clear()} />}
    >
      {live.error ? (
        <Failed error={live.error} />
      ) : log.length === 0 ? (
        <Empty icon={Radio} title="Waiting for rows">
          Rows appear here as records are appended to {source.topic}.
        </Empty>
      ) : (
        <RowGrid
          label={`Live rows of ${source.name}`}
          columns={source.columns}
          count={log.length}
          at={index => log.at(index)}
          keyOf={index => log.received - index}
          arrived={log.received}
        />
      )}
    </Panel>
  )
}
