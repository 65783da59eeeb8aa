'use client'
import {exact} from '../lib/format.ts'
import {dateTime} from '../lib/time.ts'
import {Cell, isNumeric} from './cell.tsx'
import {VirtualGrid} from './virtual-grid.tsx'

export type RowColumn = {readonly name: string; readonly type: string}

type RowGridProps = {
  readonly label: string
  readonly columns: readonly RowColumn[]
  readonly count: number
  readonly at: (index: number) => Readonly<Record<string, unknown>> | undefined
  readonly keyOf: (index: number) => string | number
  readonly rowClass?: (index: number) => string | undefined
  readonly arrived?: number
}

const isWindowBound = (name: string): boolean => name === 'WINDOWSTART' || name === 'WINDOWEND'

/** Rows by column name, with their types in the head. The bounds of a window are shown as times. */
export const RowGrid = ({columns, at, ...rest}: RowGridProps) => (
  <VirtualGrid
    {...rest}
    columns={columns.map(({name, type}) =>
      isWindowBound(name) ? {name, detail: 'UTC', width: '196px'} : {name, detail: type, isNumber: isNumeric(type)},
    )}
    cell={(index, column) => {
      const name = columns[column]?.name ?? ''
      const value = at(index)?.[name]
      if (isWindowBound(name) && typeof value === 'number') return <span title={exact(value)}>{dateTime(value)}</span>
      return <Cell value={value} />
    }}
  />
)
