import {CircleAlert, Lightbulb} from 'lucide-react'
import type {SqlRejected} from '../../graphql/sql.ts'
import {Button} from '../../ui/button.tsx'
import type {Step} from './run-script.ts'
import {offsetAt} from './split-statements.ts'

type RefusalProps = {
  readonly refusal: SqlRejected
  readonly step: Step
  readonly onShow: (from: number, to: number) => void
}

/** What was found, what was expected, where, and a way out. */
export function Refusal({refusal, step, onShow}: RefusalProps) {
  const {message, line, column, length, hint} = refusal
  const start = line !== null && column !== null ? offsetAt(step.sql, line, column) : undefined
  const place = line === null || column === null ? undefined : inScript(step, line, column)
  return (
    <div role="alert" className="flex flex-col gap-2 text-[13.5px]">
      <p className="flex gap-2">
        <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
        <span className="min-w-0 font-medium break-words whitespace-pre-wrap">{message}</span>
      </p>
      {start !== undefined && <Excerpt sql={step.sql} start={start} length={length ?? 1} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        {start !== undefined && place && (
          <Button onClick={() => onShow(step.from + start, step.from + start + (length ?? 1))}>
            Line {place.line}, column {place.column}
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

/** A place in a step, as the editor counts. */
const inScript = (step: Step, line: number, column: number): {readonly line: number; readonly column: number} => ({
  line: step.line + line - 1,
  column: line === 1 ? step.column + column - 1 : column,
})

/** The line with the place marked. */
function Excerpt({sql, start, length}: {readonly sql: string; readonly start: number; readonly length: number}) {
  const lineStart = sql.lastIndexOf('\n', start - 1) + 1
  const newLine = sql.indexOf('\n', start)
  const lineEnd = newLine < 0 ? sql.length : newLine
  const end = Math.min(lineEnd, start + length)
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label="The place in the statement"
      className="overflow-x-auto rounded-md border bg-raised px-3 py-2 font-mono text-[12.5px]"
    >
      {sql.slice(lineStart, start)}
      <mark className="bg-transparent font-semibold text-bad underline decoration-wavy underline-offset-4">
        {sql.slice(start, end)}
      </mark>
      {sql.slice(end, lineEnd)}
    </pre>
  )
}
