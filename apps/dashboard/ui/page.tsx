import Link from 'next/link'
import {ChevronRight} from 'lucide-react'
import type {ReactNode} from 'react'

type PageProps = {
  readonly title: string
  readonly parent?: {readonly label: string; readonly href: string}
  readonly badge?: ReactNode
  readonly actions?: ReactNode
  readonly facts?: ReactNode
  readonly children: ReactNode
}

/** A page's head with its way back, and its panels below. */
export const Page = ({title, parent, badge, actions, facts, children}: PageProps) => (
  <div className="mx-auto flex w-full max-w-[1480px] min-w-0 flex-col gap-4 p-4 md:p-6">
    <header className="flex flex-wrap items-start gap-x-3 gap-y-2">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {parent && (
            <nav aria-label="Breadcrumb" className="flex items-center gap-1 text-[13px] text-muted">
              <Link href={parent.href} className="rounded hover:text-ink hover:underline">
                {parent.label}
              </Link>
              <ChevronRight size={14} aria-hidden />
            </nav>
          )}
          <h1 className="text-[19px] leading-7 font-semibold tracking-tight break-all">{title}</h1>
          {badge}
        </div>
        {facts && <div className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-[13px] text-muted">{facts}</div>}
      </div>
      {actions && <div className="ml-auto flex flex-wrap gap-2">{actions}</div>}
    </header>
    {children}
  </div>
)

export const PageFact = ({name, children}: {readonly name: string; readonly children: ReactNode}) => (
  <span className="inline-flex gap-1.5">
    <span>{name}</span>
    <span className="figure text-soft">{children}</span>
  </span>
)
