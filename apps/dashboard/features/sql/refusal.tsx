import {CircleAlert, Lightbulb} from 'lucide-react'
import type {SqlRejected} from '../../graphql/sql.ts'
import {Button} from '../../ui/button.tsx'
import {offsetAt} from './split-statements.ts'

type RefusalProps = {
  readonly refusal: SqlRejected
  readonly sql: string
  /** Where the statement stands in the script. */
  readonly from: number
  readonly onShow: (from: number, to: number) => void
}

/** What was found, what was expected, where, and a way out. */
export function Refusal({refusal, sql, from, onShow}: RefusalProps) {
  const {message, line, column, length, hint} = refusal
  const start = line !== null && column !== null ? offsetAt(sql, line, column) : undefined
  return (
    <div role="alert" className="flex flex-col gap-2 text-[13.5px]">
      <p className="flex gap-2">
        <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
        <span className="min-w-0 font-medium break-words whitespace-pre-wrap">{message}</span>
      </p>
      {start !== undefined && line !== null && <Excerpt sql={sql} start={start} length={length ?? 1} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        {start !== undefined && (
          <Button onClick={() => onShow(from + start, from + start + (length ?? 1))}>
            Line {line}, column {column}
          </Button>
        )}
        {hint && (
          <span className="inline-flex items-center gap-1.5 text-soft">
            <Lightbulb size={15} aria-hidden className="shrink-0 text-warn" />
            {hint}
          </span>
        )}
      </div>
    </div>
  )
}

/** The line with the place marked. */
function Excerpt({sql, start, length}: {readonly sql: string; readonly start: number; readonly length: number}) {
  const lineStart = sql.lastIndexOf('\n', start - 1) + 1
  const newLine = sql.indexOf('\n', start)
  const lineEnd = newLine < 0 ? sql.length : newLine
  const end = Math.min(lineEnd, start + length)
  return (
    <pre tabIndex={0} role="region" aria-label="The place in the statement" className="overflow-x-auto rounded-md border bg-raised px-3 py-2 font-mono text-[12.5px]">
      {sql.slice(lineStart, start)}
      <mark className="bg-transparent font-semibold text-bad underline decoration-wavy underline-offset-4">{sql.slice(start, end)}</mark>
      {sql.slice(end, lineEnd)}
    </pre>
  )
}
