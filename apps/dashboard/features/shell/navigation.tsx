'use client'
import clsx from 'clsx'
import {Cable, ChartNoAxesColumn, Database, Layers, SquareTerminal, Workflow, type LucideIcon} from 'lucide-react'
import Link from 'next/link'
import {usePathname} from 'next/navigation'

type Item = {readonly href: string; readonly label: string; readonly short: string; readonly icon: LucideIcon}

const items: readonly Item[] = [
  {href: '/', label: 'Overview', short: 'Overview', icon: ChartNoAxesColumn},
  {href: '/topics', label: 'Topics', short: 'Topics', icon: Layers},
  {href: '/sources', label: 'Streams & tables', short: 'Sources', icon: Database},
  {href: '/queries', label: 'Queries', short: 'Queries', icon: Workflow},
  {href: '/groups', label: 'Consumer groups', short: 'Groups', icon: Cable},
  {href: '/sql', label: 'SQL', short: 'SQL', icon: SquareTerminal},
]

const isHere = (path: string, href: string): boolean =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)

/** A rail on wide screens, a bar at the foot on narrow ones. */
export function Navigation({className, isBar = false}: {readonly className?: string; readonly isBar?: boolean}) {
  const path = usePathname()
  return (
    <nav aria-label="Main" className={className}>
      <ul className={clsx('flex', isBar ? 'justify-between' : 'flex-col gap-0.5')}>
        {items.map(({href, label, short, icon: Icon}) => (
          <li key={href} className={clsx(isBar && 'flex-1')}>
            <Link
              href={href}
              aria-current={isHere(path, href) ? 'page' : undefined}
              className={clsx(
                'flex items-center rounded-md',
                isBar ? 'h-12 flex-col justify-center gap-0.5 text-[10.5px]' : 'h-8 gap-2.5 px-2.5 text-[13px]',
                isHere(path, href)
                  ? clsx('font-medium text-ink', !isBar && 'bg-raised')
                  : 'text-soft hover:bg-hover hover:text-ink',
              )}
            >
              <Icon size={isBar ? 18 : 16} strokeWidth={isHere(path, href) ? 2.1 : 1.7} aria-hidden />
              {isBar ? short : label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
