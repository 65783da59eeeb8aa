'use client'
import {RequestError} from '../graphql/request-error.ts'
import {Failed} from '../ui/faces.tsx'

export default function ErrorPage({error, reset}: {readonly error: Error; readonly reset: () => void}) {
  return <Failed error={new RequestError(`This page failed: ${error.message}`, 'PAGE_FAILED')} retry={reset} />
}
