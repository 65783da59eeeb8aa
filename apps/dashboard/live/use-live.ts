'use client'
import {useEffect, useRef, useState} from 'react'
import type {GraphqlDocument} from '../graphql/document.ts'
import type {RequestError} from '../graphql/request-error.ts'
import {Subscription, type SubscriptionState} from './subscription.ts'

export type LiveOptions<Result, Variables> = {
  readonly document: GraphqlDocument<Result, Variables>
  /** What is subscribed to: another key is another subscription, from its start. */
  readonly key: string
  readonly isPaused?: boolean
  readonly mayEnd?: boolean
  readonly variables: (cursor: string | undefined) => Variables
  /** Takes an event and says the cursor to continue behind it. */
  readonly onData: (data: Result) => string
}

export type Live = {readonly state: SubscriptionState; readonly error?: RequestError}

/** A subscription for as long as the component shows. Paused or cut off, it continues behind the last event: no gap, no repeat. */
export function useLive<Result, Variables extends object>(options: LiveOptions<Result, Variables>): Live {
  const {document, key, isPaused = false, mayEnd = false} = options
  const [live, setLive] = useState<Live>({state: 'connecting'})
  const cursor = useRef<{readonly key: string; readonly value: string}>(undefined)
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  useEffect(() => {
    if (isPaused) return undefined
    const subscription = new Subscription({
      document,
      mayEnd,
      variables: () => latest.current.variables(cursor.current?.key === key ? cursor.current.value : undefined),
      onData: data => {
        cursor.current = {key, value: latest.current.onData(data)}
      },
      onState: (state, error) =>
        setLive(before => (before.state === state && before.error === error ? before : {state, ...(error ? {error} : {})})),
    })
    return () => subscription.stop()
  }, [document, key, isPaused, mayEnd])
  return isPaused ? {state: 'paused'} : live
}
