'use client'
import type {ReactNode} from 'react'
import type {SqlRejected} from '../../graphql/sql.ts'
import {plural} from '../../lib/format.ts'
import {Empty, Failed, Skeleton} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {RowGrid} from '../../ui/row-grid.tsx'
import {Status} from '../../ui/status.tsx'
import {Table2} from 'lucide-react'
import {Executed} from './executed.tsx'
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
  const refuse = (refusal: SqlRejected): ReactNode => <Refusal refusal={refusal} sql={step.sql} from={step.from} onShow={onShow} />
  switch (outcome.kind) {
    case 'running':
      return (
        <Panel title={title} actions={<Status tone="accent">Running</Status>}>
          <Skeleton lines={3} />
        </Panel>
      )
    case 'push':
      return <PushResult title={title} sql={step.sql} offset={offset} refuse={refuse} />
    case 'refused':
      return (
        <Panel title={title} actions={<Status tone="bad">Refused</Status>}>
          {refuse(outcome.refusal)}
        </Panel>
      )
    case 'failed':
      return (
        <Panel title={title} actions={<Status tone="bad">Failed</Status>}>
          <Failed error={outcome.error} />
        </Panel>
      )
    case 'executed':
      return <Executed statements={outcome.statements} />
    case 'rows':
      return (
        <Panel
          title={title}
          isFlush
          actions={
            <>
              <span className="figure text-[12.5px] text-muted">
                {plural(outcome.rows.length, 'row')} in {Math.max(1, Math.round(outcome.ms))} ms
              </span>
              <Status tone="ok">Done</Status>
            </>
          }
        >
          {outcome.rows.length === 0 ? (
            <Empty icon={Table2} title="No rows">
              The query ran, and nothing fits it now.
            </Empty>
          ) : (
            <RowGrid
              label="Rows of the query"
              columns={outcome.columns}
              count={outcome.rows.length}
              at={index => outcome.rows[index]}
              keyOf={index => index}
            />
          )}
        </Panel>
      )
  }
}

const Title = ({sql}: {readonly sql: string}) => (
  <span title={sql} className="block max-w-[36rem] truncate font-mono text-[12.5px] font-normal">
    {sql.replaceAll(/\s+/g, ' ')}
  </span>
)
