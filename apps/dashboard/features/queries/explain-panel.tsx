'use client'
import {useEffect, useState} from 'react'
import {asRequestError, type RequestError} from '../../graphql/request-error.ts'
import type {StatementResult} from '../../graphql/sql.ts'
import {printCell} from '../../lib/json.ts'
import {Code} from '../../ui/code.tsx'
import {Failed, Skeleton} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {runStatement} from './run-statement.ts'

/** Topology, plan and generated code, as EXPLAIN gives them. */
export function ExplainPanel({id}: {readonly id: string}) {
  const [result, setResult] = useState<StatementResult>()
  const [error, setError] = useState<RequestError>()
  useEffect(() => {
    setError(undefined)
    setResult(undefined)
    runStatement(`EXPLAIN ${id};`).then(setResult, (failure: unknown) => setError(asRequestError(failure)))
  }, [id])
  return (
    <Panel title="Explained" isFlush>
      {error ? <Failed error={error} /> : result ? <Sections result={result} /> : <Skeleton />}
    </Panel>
  )
}

function Sections({result}: {readonly result: StatementResult}) {
  const sections = result.rows.map(row => result.columns.map(column => row[column]).filter(value => value !== null && value !== undefined))
  if (sections.length === 0) return <Code label="explanation" text={result.message} />
  return (
    <div className="max-h-[36rem] overflow-y-auto">
      {sections.map((values, i) => (
        <Section key={i} values={values} />
      ))}
    </div>
  )
}

/** A row of two or more: the first names what the others tell. */
function Section({values}: {readonly values: readonly unknown[]}) {
  const [title, ...rest] = values.map(printCell)
  if (rest.length === 0) return <pre className="px-3 py-0.5 font-mono text-[12.5px] whitespace-pre-wrap">{title}</pre>
  return (
    <section className="border-b last:border-b-0">
      <h3 className="px-3 pt-2 text-[12.5px] font-medium text-muted">{title}</h3>
      <Code label={title ?? 'section'} text={rest.join('\n')} />
    </section>
  )
}
