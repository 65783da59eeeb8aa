import clsx from 'clsx'
import {useId, type ReactNode} from 'react'

type PanelProps = {
  readonly title: ReactNode
  readonly actions?: ReactNode
  readonly className?: string
  /** Without padding, for tables and grids. */
  readonly isFlush?: boolean
  readonly children: ReactNode
}

export function Panel({title, actions, className, isFlush = false, children}: PanelProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={clsx('flex min-w-0 flex-col rounded-lg border bg-surface', className)}>
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-1.5">
        <h2 id={id} className="max-w-full min-w-0 text-[13px] font-semibold">
          {title}
        </h2>
        {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      <div className={clsx('min-w-0 flex-1', !isFlush && 'p-3')}>{children}</div>
    </section>
  )
}
