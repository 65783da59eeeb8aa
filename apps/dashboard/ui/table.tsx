import clsx from 'clsx'
import type {ReactNode} from 'react'

export type TableColumn<T> = {
  readonly name: string
  readonly cell: (row: T) => ReactNode
  readonly isNumber?: boolean
  readonly isMono?: boolean
  readonly className?: string
}

type TableProps<T> = {
  readonly label: string
  readonly columns: readonly TableColumn<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
}

/** Rows of 30 px between hairlines. Scrolls sideways inside itself; the page never does. */
export const Table = <T,>({label, columns, rows, keyOf}: TableProps<T>) => (
  <div className="relative overflow-x-auto" role="region" aria-label={label} tabIndex={0}>
    <table className="w-full border-collapse text-[13px]">
      <thead>
        <tr className="h-8 border-b text-left text-[12px] text-muted">
          {columns.map(column => (
            <th
              key={column.name}
              scope="col"
              className={clsx('px-3 font-medium whitespace-nowrap', column.isNumber && 'text-right')}
            >
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={keyOf(row)} className="h-[30px] border-b last:border-b-0 hover:bg-hover">
            {columns.map(column => (
              <td
                key={column.name}
                className={clsx(
                  'px-3 py-1 whitespace-nowrap',
                  column.isNumber && 'figure text-right',
                  column.isMono && 'font-mono text-[12.5px]',
                  column.className,
                )}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
