'use client'
import {useState} from 'react'
import type {Loaded} from '../../graphql/use-query.ts'
import {Failed, Skeleton} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Segments} from '../../ui/segments.tsx'
import type {Catalog} from './editor-language.ts'

type SideBarProps = {
  readonly catalog: Loaded<Catalog>
  readonly history: readonly string[]
  readonly onName: (name: string) => void
  readonly onScript: (script: string) => void
}

const tabs = [
  ['catalog', 'Catalog'],
  ['history', 'History'],
] as const

/** What there is to ask, and what was asked before. */
export function SideBar({catalog, history, onName, onScript}: SideBarProps) {
  const [tab, setTab] = useState<(typeof tabs)[number][0]>('catalog')
  return (
    <Panel title="At hand" isFlush actions={<Segments label="Side bar" value={tab} options={tabs} onChange={setTab} />}>
      <div
        className="max-h-[70vh] overflow-y-auto py-1"
        tabIndex={0}
        role="region"
        aria-label={tab === 'catalog' ? 'Catalog' : 'History'}
      >
        {tab === 'history' ? (
          <History history={history} onScript={onScript} />
        ) : catalog.state === 'loading' ? (
          <Skeleton />
        ) : catalog.state === 'failed' ? (
          <Failed error={catalog.error} />
        ) : (
          <CatalogTree catalog={catalog.data} onName={onName} />
        )}
      </div>
    </Panel>
  )
}

const History = ({history, onScript}: {readonly history: readonly string[]; readonly onScript: (script: string) => void}) =>
  history.length === 0 ? (
    <p className="px-3 py-2 text-[13px] text-muted">Scripts that you run are kept here, in this browser.</p>
  ) : (
    <ul>
      {history.map(script => (
        <li key={script} className="border-b last:border-b-0">
          <button
            type="button"
            title={script}
            className="line-clamp-2 w-full px-3 py-1.5 text-left font-mono text-[12px] whitespace-pre-wrap hover:bg-hover"
            onClick={() => onScript(script)}
          >
            {script}
          </button>
        </li>
      ))}
    </ul>
  )

function CatalogTree({catalog, onName}: {readonly catalog: Catalog; readonly onName: (name: string) => void}) {
  const sources = [
    ...catalog.streams.map(source => ({...source, kind: 'stream'})),
    ...catalog.tables.map(source => ({...source, kind: 'table'})),
  ]
  if (sources.length === 0) return <p className="px-3 py-2 text-[13px] text-muted">No streams or tables yet.</p>
  return (
    <ul>
      {sources.map(source => (
        <li key={source.name}>
          <details>
            <summary className="truncate px-3 py-1 text-[13px] hover:bg-hover">
              <span className="font-medium">{source.name}</span> <span className="text-[12px] text-muted">{source.kind}</span>
            </summary>
            <ul className="pb-1">
              {[{name: source.name, type: 'insert the name'}, ...source.columns].map((column, i) => (
                <li key={`${i}:${column.name}`}>
                  <button
                    type="button"
                    className="flex w-full gap-2 py-0.5 pr-3 pl-7 text-left font-mono text-[12px] hover:bg-hover"
                    onClick={() => onName(column.name)}
                  >
                    <span className="truncate">{column.name}</span>
                    <span className="ml-auto shrink-0 text-muted">{column.type}</span>
                  </button>
                </li>
              ))}
            </ul>
          </details>
        </li>
      ))}
    </ul>
  )
}
