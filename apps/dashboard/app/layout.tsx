import type {Metadata, Viewport} from 'next'
import type {ReactNode} from 'react'
import {Shell} from '../features/shell/shell.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: {default: 'Millrace', template: '%s · Millrace'},
  description: 'Event-streaming database',
}
export const viewport: Viewport = {width: 'device-width', initialScale: 1}

/** Before anything is painted, so that a stored theme never flashes. */
const applyTheme = `try{var t=localStorage.getItem('millrace.theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch(e){}`

export default function Layout({children}: {readonly children: ReactNode}) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{__html: applyTheme}} />
      </head>
      <body>
        <Shell>{children}</Shell>
      </body>
    </html>
  )
}
