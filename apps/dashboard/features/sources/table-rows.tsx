'use client'
import {Table2} from 'lucide-react'
import {useDeferredValue, useMemo, useState} from 'react'
import {pullDocument, pushDocument, type Row} from '../../graphql/sql.ts'
import {asRequestError, RequestError} from '../../graphql/request-error.ts'
import {request} from '../../graphql/request.ts'
import type {Source} from '../../graphql/sources.ts'
import {plural} from '../../lib/format.ts'
import {printCell} from '../../lib/json.ts'
import {quoteName} from '../../lib/sql-text.ts'
import {KeyedRows, type KeyedRow} from '../../live/keyed-rows.ts'
import {useSignal} from '../../live/signal.ts'
import {useLive} from '../../live/use-live.ts'
import {Empty, Failed, Skeleton} from '../../ui/faces.tsx'
import {SearchField} from '../../ui/field.tsx'
import {LiveControls} from '../../ui/live-controls.tsx'
import {Panel} from '../../ui/panel.tsx'
import {RowGrid} from '../../ui/row-grid.tsx'
import {rowColumns, rowKey} from './row-key.ts'

const rowsMax = 10_000

type Filled = {readonly state: 'no' | 'yes'} | {readonly state: 'failed'; readonly error: RequestError}

/**
 * The rows of a table now, and each change on its row as it happens. The changes are subscribed to first and the rows read
 * once that has begun, so that nothing falls between the two.
 */
export function TableRows({source}: {readonly source: Source}) {
  const [rows] = useState(() => new KeyedRows<Row>(rowsMax))
  const [filled, setFilled] = useState<Filled>({state: 'no'})
  const [isPaused, setPaused] = useState(false)
  const [filter, setFilter] = useState('')
  const wanted = useDeferredValue(filter.toLowerCase())

  const fill = async (): Promise<void> => {
    try {
      const {pullQuery} = await request(pullDocument, {sql: `SELECT * FROM ${quoteName(source.name)};`})
      if (pullQuery.kind === 'SqlRejected') throw new RequestError(pullQuery.message, pullQuery.code)
      rows.fillIn(pullQuery.rows.map(row => [rowKey(source, row), row]))
      setFilled({state: 'yes'})
    } catch (error) {
      setFilled({state: 'failed', error: asRequestError(error)})
    }
  }

  const sql = `SELECT * FROM ${quoteName(source.name)} EMIT CHANGES;`
  const live = useLive({
    document: pushDocument,
    key: sql,
    isPaused,
    variables: cursor => ({sql, ...(cursor ? {after: cursor} : {})}),
    onData: ({pushQuery: event}) => {
      if (filled.state === 'no') void fill()
      event.rows.forEach((row, i) => rows.change(rowKey(source, row), row, event.tombstones[i] ?? false))
      rows.miss(event.dropped)
      return event.cursor
    },
  })
  const version = useSignal(rows.changed)
  const shown = useMemo(
    () => inOrder(source, wanted === '' ? rows.list : rows.list.filter(({row}) => printCell(row).toLowerCase().includes(wanted))),
    [rows, source, version, wanted],
  )

  const error = live.error ?? (filled.state === 'failed' ? filled.error : undefined)
  return (
    <Panel
      title={`Rows${filled.state === 'yes' ? ` · ${plural(rows.list.length, 'row')}` : ''}`}
      isFlush
      actions={
        <>
          <SearchField label="Filter rows" value={filter} onText={setFilter} className="w-36" />
          <LiveControls state={live.state} log={rows} isPaused={isPaused} onPause={setPaused} />
        </>
      }
    >
      {error ? (
        <Failed error={error} />
      ) : filled.state === 'no' && rows.list.length === 0 ? (
        <Skeleton lines={8} />
      ) : shown.length === 0 ? (
        <Empty icon={Table2} title={wanted === '' ? 'No rows yet' : 'No row contains that'}>
          {wanted === '' && `A row appears for each key that is written to ${source.topic}, and changes in place.`}
        </Empty>
      ) : (
        <RowGrid
          label={`Rows of ${source.name}`}
          columns={rowColumns(source)}
          count={shown.length}
          at={index => shown[index]?.row}
          // A changed row is a new element, so that its flash starts again.
          keyOf={index => `${shown[index]?.key}\n${shown[index]?.changes}`}
          rowClass={index => ((shown[index]?.changes ?? 0) > 0 ? 'flash' : undefined)}
        />
      )}
    </Panel>
  )
}

/** The newest windows first; without windows a row stays in its place. */
const inOrder = (source: Source, rows: readonly KeyedRow<Row>[]): readonly KeyedRow<Row>[] =>
  source.window === null ? rows : rows.toSorted((a, b) => Number(b.row['WINDOWSTART']) - Number(a.row['WINDOWSTART']))
