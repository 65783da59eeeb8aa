'use client'
import {useEffect, useState} from 'react'
import {asRequestError, type RequestError} from '../../graphql/request-error.ts'
import type {StatementResult} from '../../graphql/sql.ts'
import {Code} from '../../ui/code.tsx'
import {Failed, Skeleton} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {runStatement} from './run-statement.ts'

/** What the statement has become, as EXPLAIN tells it. */
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
      {error ? <Failed error={error} /> : result ? <Code label="explanation" text={result.message} /> : <Skeleton />}
    </Panel>
  )
}
