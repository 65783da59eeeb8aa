'use client'
import {Pause, Play, Trash2} from 'lucide-react'
import {exact} from '../lib/format.ts'
import type {SubscriptionState} from '../live/subscription.ts'
import {Button} from './button.tsx'
import {Status, type Tone} from './status.tsx'

const states: Readonly<Record<SubscriptionState, readonly [Tone, string]>> = {
  connecting: ['warn', 'Connecting'],
  live: ['ok', 'Live'],
  retrying: ['bad', 'Reconnecting'],
  paused: ['off', 'Paused'],
  ended: ['off', 'Ended'],
  failed: ['bad', 'Failed'],
}

type LiveControlsProps = {
  readonly state: SubscriptionState
  readonly log: {readonly received: number; readonly dropped: number}
  readonly onClear?: () => void
  readonly isPaused: boolean
  readonly onPause: (isPaused: boolean) => void
}

/** Where a live view stands: its state, how much came, how much is not shown any more. */
export const LiveControls = ({state, log, isPaused, onPause, onClear}: LiveControlsProps) => (
  <>
    <span className="figure text-[12.5px] text-muted" data-testid="live-counts">
      {exact(log.received)} received
      {log.dropped > 0 && `, ${exact(log.dropped)} dropped`}
    </span>
    <Status tone={states[state][0]}>{states[state][1]}</Status>
    <Button onClick={() => onPause(!isPaused)} disabled={state === 'ended' || state === 'failed'}>
      {isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
      {isPaused ? 'Resume' : 'Pause'}
    </Button>
    {onClear && (
      <Button look="bare" className="px-1.5" aria-label="Clear what is shown" title="Clear" onClick={onClear}>
        <Trash2 size={14} aria-hidden />
      </Button>
    )}
  </>
)
