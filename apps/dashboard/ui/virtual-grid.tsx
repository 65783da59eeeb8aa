'use client'
import {useVirtualizer} from '@tanstack/react-virtual'
import clsx from 'clsx'
import {useLayoutEffect, useRef, useState, type ReactNode} from 'react'

const rowPx = 28
const headPx = 31

export type GridColumn = {readonly name: string; readonly detail?: string; readonly isNumber?: boolean; readonly width?: string}

type VirtualGridProps = {
  readonly label: string
  readonly columns: readonly GridColumn[]
  readonly count: number
  readonly keyOf: (index: number) => string | number
  readonly cell: (index: number, column: number) => ReactNode
  readonly rowClass?: (index: number) => string | undefined
  readonly onOpen?: (index: number) => void
  /** Rows that ever came in at the top: a reader who has scrolled down keeps the place. */
  readonly arrived?: number
}

/** Draws only the rows in sight, whatever their number. */
export function VirtualGrid(props: VirtualGridProps) {
  const {label, columns, count, keyOf, cell, rowClass, onOpen, arrived = 0} = props
  const scroller = useRef<HTMLDivElement>(null)
  // The compiler that this hook warns about is not in use here.
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
    initialRect: {width: 800, height: 400},
  })
  const [barPx, setBarPx] = useState(0)
  useLayoutEffect(() => {
    const element = scroller.current
    if (element) setBarPx(element.offsetHeight - element.clientHeight)
  }, [columns])
  const before = useRef(arrived)
  useLayoutEffect(() => {
    const added = arrived - before.current
    before.current = arrived
    const element = scroller.current
    if (added > 0 && element && element.scrollTop > rowPx) element.scrollTop += added * rowPx
  }, [arrived])

  const template = columns.map(column => column.width ?? `minmax(${column.isNumber ? 96 : 140}px, 1fr)`).join(' ')
  return (
    <div
      ref={scroller}
      role="region"
      aria-label={label}
      tabIndex={0}
      className="relative max-h-[min(28rem,60vh)] max-w-full overflow-auto"
      style={{height: headPx + count * rowPx + barPx}}
    >
      <div role="table" aria-label={label} aria-rowcount={count + 1} className="min-w-max text-[12.5px]">
        <div role="rowgroup" className="sticky top-0 z-10 border-b bg-surface">
          <div role="row" aria-rowindex={1} className="grid" style={{gridTemplateColumns: template}}>
            {columns.map(column => (
              <div
                key={column.name}
                role="columnheader"
                className={clsx(
                  'flex items-baseline gap-1.5 px-3 py-1.5 text-[12px] font-medium text-soft',
                  column.isNumber && 'justify-end',
                )}
              >
                <span className="truncate">{column.name}</span>
                {column.detail && <span className="truncate text-[10.5px] font-normal text-muted">{column.detail}</span>}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{height: virtual.getTotalSize()}}>
          {virtual.getVirtualItems().map(item => (
            <div
              key={keyOf(item.index)}
              role="row"
              aria-rowindex={item.index + 2}
              className={clsx(
                'absolute inset-x-0 grid border-b hover:bg-hover',
                onOpen && 'cursor-pointer',
                rowClass?.(item.index),
              )}
              style={{top: item.start, height: rowPx, gridTemplateColumns: template}}
              {...(onOpen ? {onClick: () => onOpen(item.index)} : {})}
            >
              {columns.map((column, at) => (
                <div
                  key={column.name}
                  role="cell"
                  className={clsx('truncate px-3 font-mono leading-[27px]', column.isNumber && 'figure text-right')}
                >
                  {cell(item.index, at)}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}
