'use client'
import type {ReactNode} from 'react'
import type {SqlRejected} from '../../graphql/sql.ts'
import {Failed, Skeleton} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Status} from '../../ui/status.tsx'
import {Executed} from './executed.tsx'
import {PullResult} from './pull-result.tsx'
import {PushResult} from './push-result.tsx'
import {Refusal} from './refusal.tsx'
import type {StepResult} from './use-script.ts'

type ResultProps = {
  readonly result: StepResult
  readonly offset: string
  /** Shows a range of the script. */
  readonly onShow: (from: number, to: number) => void
}

/** What one step of a script gave. */
export function Result({result: {step, outcome}, offset, onShow}: ResultProps) {
  const title = <Title sql={step.sql} />
  const refuse = (refusal: SqlRejected): ReactNode => <Refusal refusal={refusal} step={step} onShow={onShow} />
  if (outcome.kind === 'push') return <PushResult title={title} sql={step.sql} offset={offset} refuse={refuse} />
  if (outcome.kind === 'executed') return <Executed statements={outcome.statements} />
  if (outcome.kind === 'rows') return <PullResult title={title} {...outcome} />
  if (outcome.kind === 'running')
    return (
      <Panel title={title} actions={<Status tone="accent">Running</Status>}>
        <Skeleton lines={3} />
      </Panel>
    )
  return (
    <Panel title={title} actions={<Status tone="bad">{outcome.kind === 'refused' ? 'Refused' : 'Failed'}</Status>}>
      {outcome.kind === 'refused' ? refuse(outcome.refusal) : <Failed error={outcome.error} />}
    </Panel>
  )
}

const Title = ({sql}: {readonly sql: string}) => (
  <span title={sql} className="block max-w-[36rem] truncate font-mono text-[12.5px] font-normal">
    {sql.replaceAll(/\s+/g, ' ')}
  </span>
)
