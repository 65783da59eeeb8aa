'use client'
import {CircleCheck} from 'lucide-react'
import type {Health} from '../../graphql/health.ts'
import type {PersistentQuery} from '../../graphql/queries.ts'
import type {QueryHandle} from '../../graphql/use-query.ts'
import {Empty, Faces} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Status} from '../../ui/status.tsx'
import {TextLink} from '../../ui/text-link.tsx'
import {findings, type Finding} from './findings.ts'

type AttentionProps = {
  readonly health: QueryHandle<{readonly health: Health}>
  readonly queries: QueryHandle<{readonly queries: readonly PersistentQuery[]}>
}

export const Attention = ({health, queries}: AttentionProps) => (
  <Panel title="Needs attention" isFlush>
    <Faces query={queries}>
      {({queries: all}) => (
        <List found={findings(health.result.state === 'ready' ? health.result.data.health : undefined, all)} />
      )}
    </Faces>
  </Panel>
)

const List = ({found}: {readonly found: readonly Finding[]}) =>
  found.length === 0 ? (
    <Empty icon={CircleCheck} title="Nothing needs you">
      Failed or paused queries, skipped records and limits of the storage are listed here.
    </Empty>
  ) : (
    <ul>
      {found.map(({tone, title, detail, href}) => (
        <li key={title} className="flex flex-col gap-0.5 border-b px-3 py-2 last:border-b-0">
          <span className="flex flex-wrap items-center gap-x-2.5 text-[13px]">
            <Status tone={tone}>{tone === 'bad' ? 'Failure' : 'Notice'}</Status>
            {href ? (
              <TextLink href={href} className="break-all">
                {title}
              </TextLink>
            ) : (
              <span className="font-medium">{title}</span>
            )}
          </span>
          <span className="text-[13px] break-words text-muted">{detail}</span>
        </li>
      ))}
    </ul>
  )
