'use client'
import Link from 'next/link'
import {useEffect, type ReactNode} from 'react'
import {metricsStore} from '../../live/metrics-store.ts'
import {ConnectionLine} from './connection-line.tsx'
import {Navigation} from './navigation.tsx'
import {ThemeToggle} from './theme-toggle.tsx'

const Logo = () => (
  <Link
    href="/"
    className="flex items-center gap-2 rounded-md px-1 text-[15px] font-semibold tracking-tight"
    aria-label="Millrace, overview"
  >
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden className="text-accent">
      <rect width="32" height="32" rx="7" fill="currentColor" />
      <g fill="none" stroke="var(--surface)" strokeWidth="2.6" strokeLinecap="round">
        <path d="M6 11c4-4 7 4 11 0s7 3 9 0" />
        <path d="M6 17c4-4 7 4 11 0s7 3 9 0" />
        <path d="M6 23c4-4 7 4 11 0s7 3 9 0" />
      </g>
    </svg>
    Millrace
  </Link>
)

/** The frame around every page; it also keeps the numbers flowing. */
export function Shell({children}: {readonly children: ReactNode}) {
  useEffect(() => metricsStore.use(), [])
  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto_auto] md:grid-cols-[212px_minmax(0,1fr)] md:grid-rows-[minmax(0,1fr)_auto]">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-ink px-3 py-1.5 text-page focus:translate-y-0"
      >
        Skip to content
      </a>
      <header className="flex h-12 items-center justify-between border-b bg-surface px-3 md:row-span-2 md:h-auto md:flex-col md:items-stretch md:justify-start md:gap-4 md:border-r md:border-b-0 md:py-4">
        <Logo />
        <Navigation className="hidden md:block" />
        <div className="md:mt-auto">
          <ThemeToggle />
        </div>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 overflow-x-hidden overflow-y-auto outline-none">
        {children}
      </main>
      <ConnectionLine />
      <Navigation className="border-t bg-surface px-1 md:hidden" isBar />
    </div>
  )
}
