'use client'
import {duration} from '../../lib/time.ts'
import {useConnectionState, useMetricsFrame} from '../../live/use-metrics.ts'
import {plural} from '../../lib/format.ts'
import {Status, type Tone} from '../../ui/status.tsx'

const states = {
  connecting: ['warn', 'Connecting'],
  live: ['ok', 'Live'],
  stale: ['bad', 'Stale: reconnecting'],
  paused: ['off', 'Paused: hidden tab'],
} as const satisfies Record<string, readonly [Tone, string]>

/** Whether what is on screen is the present. */
export function ConnectionLine() {
  const [tone, word] = states[useConnectionState()]
  const frame = useMetricsFrame()
  return (
    <footer className="flex h-8 shrink-0 items-center gap-4 border-t bg-surface px-4 text-[12px] text-muted">
      <span role="status" aria-label="Connection">
        <Status tone={tone}>{word}</Status>
      </span>
      {frame && (
        <>
          <span className="figure hidden sm:inline">up {duration(frame.uptimeMs)}</span>
          <span className="figure">{plural(frame.pushSubscriptions, 'push query', 'push queries')} open</span>
          <span className="figure ml-auto hidden sm:inline">times in UTC</span>
        </>
      )}
    </footer>
  )
}
