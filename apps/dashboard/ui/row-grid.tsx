'use client'
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

/** Rows by column name, with their types in the head. */
export const RowGrid = ({columns, at, ...rest}: RowGridProps) => (
  <VirtualGrid
    {...rest}
    columns={columns.map(({name, type}) => ({name, detail: type, isNumber: isNumeric(type)}))}
    cell={(index, column) => <Cell value={at(index)?.[columns[column]?.name ?? '']} />}
  />
)
