'use client'
import {Radio, Square} from 'lucide-react'
import {useState, type ReactNode} from 'react'
import type {RequestError} from '../../graphql/request-error.ts'
import {pushDocument, type Row, type SqlRejected} from '../../graphql/sql.ts'
import type {Column} from '../../graphql/sources.ts'
import {RowLog} from '../../live/row-log.ts'
import {useSignal} from '../../live/signal.ts'
import {useLive} from '../../live/use-live.ts'
import {Button} from '../../ui/button.tsx'
import {Empty, Failed} from '../../ui/faces.tsx'
import {LiveControls} from '../../ui/live-controls.tsx'
import {Panel} from '../../ui/panel.tsx'
import {RowGrid} from '../../ui/row-grid.tsx'

const rowsMax = 10_000

type PushRow = {readonly row: Row; readonly isGone: boolean}
type PushResultProps = {
  readonly title: ReactNode
  readonly sql: string
  readonly offset: string
  readonly refuse: (refusal: SqlRejected) => ReactNode
}

/** Rows of a push query as they come, newest on top, until it is stopped or ends. What was received stays. */
export function PushResult({title, sql, offset, refuse}: PushResultProps) {
  const [log] = useState(() => new RowLog<PushRow>(rowsMax))
  const [columns, setColumns] = useState<readonly Column[]>([])
  const [properties] = useState({'auto.offset.reset': offset})
  const [isPaused, setPaused] = useState(false)
  const [isStopped, setStopped] = useState(false)
  const live = useLive({
    document: pushDocument,
    key: sql,
    mayEnd: true,
    isPaused: isPaused || isStopped,
    variables: cursor => ({sql, properties, ...(cursor ? {after: cursor} : {})}),
    onData: ({pushQuery: event}) => {
      if (columns.length === 0) setColumns(event.schema)
      log.append(
        event.rows.map((row, i) => ({row, isGone: event.tombstones[i] ?? false})),
        event.dropped,
      )
      return event.cursor
    },
  })
  useSignal(log.changed)
  return (
    <Panel
      title={title}
      isFlush
      actions={
        <>
          <LiveControls
            state={isStopped ? 'ended' : live.state}
            log={log}
            isPaused={isPaused}
            onPause={setPaused}
            onClear={() => log.clear()}
          />
          <Button onClick={() => setStopped(true)} disabled={isStopped || live.state === 'ended' || live.state === 'failed'}>
            <Square size={12} aria-hidden /> Stop
          </Button>
        </>
      }
    >
      {live.error ? (
        isRefusal(live.error) ? (
          <div className="p-3">{refuse(refusalOf(live.error))}</div>
        ) : (
          <Failed error={live.error} />
        )
      ) : log.length === 0 ? (
        <Empty icon={Radio} title="Waiting for rows">
          The query is open: each row that it gives appears here.
        </Empty>
      ) : (
        <RowGrid
          label="Rows of the push query"
          columns={columns}
          count={log.length}
          at={index => log.at(index)?.row}
          keyOf={index => log.received - index}
          rowClass={index => (log.at(index)?.isGone ? 'line-through text-muted' : undefined)}
          arrived={log.received}
        />
      )}
    </Panel>
  )
}

const isRefusal = (error: RequestError): boolean => typeof error.details['line'] === 'number'

/** The position travels in the extensions of the error that ends the subscription. */
function refusalOf({message, code, details}: RequestError): SqlRejected {
  const number = (name: string): number | null => (typeof details[name] === 'number' ? details[name] : null)
  const hint = typeof details['hint'] === 'string' ? details['hint'] : null
  return {message, code, line: number('line'), column: number('column'), length: number('length'), hint}
}
