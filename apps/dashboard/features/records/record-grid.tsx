'use client'
import {useState} from 'react'
import type {TopicRecord} from '../../graphql/records.ts'
import {exact} from '../../lib/format.ts'
import {timeOfDay, dateTime} from '../../lib/time.ts'
import {Cell} from '../../ui/cell.tsx'
import {VirtualGrid, type GridColumn} from '../../ui/virtual-grid.tsx'
import {RecordDetail} from './record-detail.tsx'

type RecordGridProps = {
  readonly label: string
  readonly count: number
  readonly at: (index: number) => TopicRecord | undefined
  readonly arrived?: number
}

const columns: readonly GridColumn[] = [
  {name: 'Time', detail: 'UTC', width: '116px'},
  {name: 'Partition', width: '80px', isNumber: true},
  {name: 'Offset', width: '92px', isNumber: true},
  {name: 'Key', width: 'minmax(110px, 1fr)'},
  {name: 'Value', width: 'minmax(300px, 4fr)'},
]

/** Records in lines; the one that is opened stands in full below. */
export function RecordGrid({label, count, at, arrived}: RecordGridProps) {
  const [opened, setOpened] = useState<TopicRecord>()
  const open = (index: number): void => setOpened(at(index))
  return (
    <>
      <VirtualGrid
        label={label}
        columns={columns}
        count={count}
        keyOf={index => `${at(index)?.partition}:${at(index)?.offset}`}
        cell={(index, column) => {
          const record = at(index)
          if (!record) return null
          if (column === 0) return <OpenButton record={record} onOpen={() => open(index)} />
          if (column === 1) return record.partition
          if (column === 2) return exact(record.offset)
          return <Cell value={column === 3 ? record.key : record.value} />
        }}
        onOpen={open}
        {...(arrived === undefined ? {} : {arrived})}
      />
      {opened && <RecordDetail record={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

const OpenButton = ({record, onOpen}: {readonly record: TopicRecord; readonly onOpen: () => void}) => (
  <button
    type="button"
    title={dateTime(record.timestamp)}
    aria-label={`Open record ${record.offset} of partition ${record.partition}`}
    className="rounded hover:text-accent"
    onClick={event => {
      event.stopPropagation()
      onOpen()
    }}
  >
    {timeOfDay(record.timestamp)}
  </button>
)
