'use client'
import {useCallback, useEffect, useState} from 'react'
import type {GraphqlDocument} from './document.ts'
import {asRequestError, type RequestError} from './request-error.ts'
import {request} from './request.ts'

/** `failed` beside data: the last refresh failed, and what is shown is the answer before. */
export type Loaded<T> =
  | {readonly state: 'loading'}
  | {readonly state: 'failed'; readonly error: RequestError}
  | {readonly state: 'ready'; readonly data: T; readonly stale?: RequestError}

export type QueryOptions = {
  /** Asks again this long after each answer while the tab is visible. */
  readonly everyMs?: number
  /** Asks again when it changes. */
  readonly revision?: unknown
}

export type QueryHandle<T> = {readonly result: Loaded<T>; readonly reload: () => void}

/** Keeps the answer of a query fresh. Variables are compared by value. */
export function useQuery<Result, Variables>(
  document: GraphqlDocument<Result, Variables>,
  variables: Variables,
  {everyMs, revision}: QueryOptions = {},
): QueryHandle<Result> {
  const key = `${document.text}\n${JSON.stringify(variables)}`
  const [answer, setAnswer] = useState<{readonly key: string; readonly result: Loaded<Result>}>({key, result: {state: 'loading'}})
  const [reloads, setReloads] = useState(0)

  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const take = (result: Loaded<Result>): void => {
      if (abort.signal.aborted) return
      setAnswer(before => ({key, result: before.key === key ? keepData(before.result, result) : result}))
      if (everyMs !== undefined) timer = setTimeout(ask, everyMs)
    }
    const ask = (): void => {
      if (globalThis.document.hidden) {
        timer = setTimeout(ask, everyMs ?? 1000)
        return
      }
      request(document, variables, abort.signal).then(
        data => take({state: 'ready', data}),
        (error: unknown) => take({state: 'failed', error: asRequestError(error)}),
      )
    }
    ask()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
    // `key` stands for document and variables.
  }, [key, everyMs, revision, reloads])

  return {
    result: answer.key === key ? answer.result : {state: 'loading'},
    reload: useCallback(() => setReloads(count => count + 1), []),
  }
}

const keepData = <T>(before: Loaded<T>, now: Loaded<T>): Loaded<T> =>
  now.state === 'failed' && before.state === 'ready' ? {...before, stale: now.error} : now
