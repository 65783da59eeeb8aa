'use client'
import type {ReactNode} from 'react'
import type {Health} from '../../graphql/health.ts'
import type {QueryHandle} from '../../graphql/use-query.ts'
import {Faces} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Status} from '../../ui/status.tsx'

const Fact = ({name, children}: {readonly name: string; readonly children: ReactNode}) => (
  <div className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-3 border-b px-3 py-1.5 last:border-b-0">
    <dt className="text-muted first-letter:uppercase">{name}</dt>
    <dd className="figure break-words">{children}</dd>
  </div>
)

/** Where data is kept, and what an acknowledgement is worth there. */
export const HealthPanel = ({health}: {readonly health: QueryHandle<{readonly health: Health}>}) => (
  <Panel title="Storage and durability" isFlush>
    <Faces query={health}>
      {({health: it}) => (
        <dl className="text-[13px]">
          <Fact name="State">
            <Status tone={it.isReady ? 'ok' : 'bad'}>{it.isReady ? 'Ready' : 'Not ready'}</Status>
          </Fact>
          <Fact name="Storage">{it.storage}</Fact>
          <Fact name="LEADER survives">{it.acksLeader}</Fact>
          <Fact name="ALL survives">
            {!it.canAckAll && <Status tone="warn">Not available. </Status>} {it.acksAll}
          </Fact>
          {it.facts.map(({name, value}) => (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ))}
        </dl>
      )}
    </Faces>
  </Panel>
)
