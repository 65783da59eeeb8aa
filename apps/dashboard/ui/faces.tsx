import {CircleAlert, RotateCw, type LucideIcon} from 'lucide-react'
import type {ReactNode} from 'react'
import type {Loaded, QueryHandle} from '../graphql/use-query.ts'
import type {RequestError} from '../graphql/request-error.ts'
import {Button} from './button.tsx'

/** Nothing for the first moment, then grey lines of about the size of what comes. */
export const Skeleton = ({lines = 5}: {readonly lines?: number}) => (
  <div role="status" aria-label="Loading" className="flex flex-col gap-2 p-3">
    {Array.from({length: lines}, (_, i) => (
      <div key={i} className="skeleton h-5" style={{width: `${92 - ((i * 23) % 40)}%`}} />
    ))}
  </div>
)

type EmptyProps = {readonly icon: LucideIcon; readonly title: string; readonly action?: ReactNode; readonly children?: ReactNode}

export const Empty = ({icon: Icon, title, action, children}: EmptyProps) => (
  <div className="flex flex-col items-center gap-1.5 px-6 py-10 text-center">
    <Icon size={22} strokeWidth={1.5} aria-hidden className="mb-1 text-muted" />
    <p className="text-[14px] font-medium">{title}</p>
    {children && <p className="max-w-md text-[13px] text-muted">{children}</p>}
    {action && <div className="mt-2">{action}</div>}
  </div>
)

type FailedProps = {readonly error: RequestError; readonly retry?: () => void}

export const Failed = ({error, retry}: FailedProps) => (
  <div role="alert" className="flex flex-col items-center gap-1.5 px-6 py-10 text-center">
    <CircleAlert size={22} strokeWidth={1.5} aria-hidden className="mb-1 text-bad" />
    <p className="max-w-xl text-[14px] font-medium break-words">{error.message}</p>
    <p className="font-mono text-[12px] text-muted">{error.code}</p>
    {retry && (
      <Button className="mt-2" onClick={retry}>
        <RotateCw size={14} aria-hidden /> Try again
      </Button>
    )}
  </div>
)

type FacesProps<T> = {
  readonly query: QueryHandle<T>
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}

/** The faces that every result has besides its own: loading and failed. A failed refresh keeps what was there, and says so. */
export function Faces<T>({query, lines = 5, children}: FacesProps<T>) {
  const result: Loaded<T> = query.result
  if (result.state === 'loading') return <Skeleton lines={lines} />
  if (result.state === 'failed') return <Failed error={result.error} retry={query.reload} />
  return (
    <>
      {result.stale && (
        <p role="status" className="border-b px-3 py-1.5 text-[13px] text-warn">
          Not fresh: {result.stale.message}
        </p>
      )}
      {children(result.data)}
    </>
  )
}
