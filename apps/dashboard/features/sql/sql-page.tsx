'use client'
import {Play, SquareTerminal} from 'lucide-react'
import dynamic from 'next/dynamic'
import {useEffect, useRef, useState} from 'react'
import {completionDocument} from '../../graphql/sql.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {readStored, writeStored} from '../../lib/stored.ts'
import {useNamesRevision} from '../../live/use-metrics.ts'
import {Button} from '../../ui/button.tsx'
import {Empty, Skeleton} from '../../ui/faces.tsx'
import {inputStyle} from '../../ui/field.tsx'
import {Page} from '../../ui/page.tsx'
import {Panel} from '../../ui/panel.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'
import type {EditorHandle} from './editor.tsx'
import {addToHistory, readHistory} from './history.ts'
import {Result} from './result.tsx'
import type {Chosen} from './run-script.ts'
import {SideBar} from './side-bar.tsx'
import {useScript} from './use-script.ts'

const Editor = dynamic(() => import('./editor.tsx').then(it => it.Editor), {
  ssr: false,
  loading: () => <Skeleton lines={6} />,
})

const welcome = `-- Ctrl+Enter runs all, or what is selected.\nSHOW STREAMS;\nSHOW TABLES;\n`

/** Write SQL, run it, and watch what it gives. */
export function SqlPage() {
  const [linked] = useUrlParam('sql')
  const [start, setStart] = useState<string>()
  const [history, setHistory] = useState<readonly string[]>([])
  const [offset, setOffset] = useState('latest')
  const editor = useRef<EditorHandle>(null)
  const {results, run} = useScript()
  const catalog = useQuery(completionDocument, {}, {revision: `${useNamesRevision()}:${results.length}`}).result

  useEffect(() => {
    setStart(linked || (readStored('sql.draft') ?? welcome))
    setHistory(readHistory())
  }, [linked])

  const runChosen = (chosen: Chosen): void => {
    if (chosen.text.trim() === '') return
    setHistory(addToHistory(chosen.text.trim()))
    run(chosen)
  }
  const runAll = (): void => {
    const chosen = editor.current?.chosen()
    if (chosen) runChosen(chosen)
  }
  return (
    <Page title="SQL">
      <div className="grid min-w-0 grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_17rem]">
        <div className="flex min-w-0 flex-col gap-4">
          <Panel
            title="Script"
            isFlush
            actions={
              <>
                <select
                  aria-label="Push queries start"
                  className={inputStyle}
                  value={offset}
                  onChange={event => setOffset(event.target.value)}
                >
                  <option value="latest">Push queries: new rows</option>
                  <option value="earliest">Push queries: from the beginning</option>
                </select>
                <Button look="primary" onClick={runAll} title="Ctrl+Enter; runs the selection where there is one">
                  <Play size={13} aria-hidden /> Run
                </Button>
              </>
            }
          >
            <div className="min-h-44">
              {start === undefined ? (
                <Skeleton lines={6} />
              ) : (
                <Editor
                  handle={editor}
                  start={start}
                  catalog={catalog.state === 'ready' ? catalog.data : undefined}
                  onChange={text => writeStored('sql.draft', text)}
                  onRun={runChosen}
                />
              )}
            </div>
          </Panel>
          {results.length === 0 && (
            <Panel title="Results">
              <Empty icon={SquareTerminal} title="Nothing was run yet">
                Ctrl+Enter (⌘ Enter) runs the script or the selection. SELECT … EMIT CHANGES streams here until it is stopped.
              </Empty>
            </Panel>
          )}
          {results.map(result => (
            <Result
              key={result.step.id}
              result={result}
              offset={offset}
              onShow={(from, to) => editor.current?.select(from, to)}
            />
          ))}
        </div>
        <SideBar
          catalog={catalog}
          history={history}
          onName={name => editor.current?.insert(name)}
          onScript={script => editor.current?.replace(script)}
        />
      </div>
    </Page>
  )
}
