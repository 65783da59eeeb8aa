'use client'
import {useEffect, useId, useRef, useState} from 'react'
import type uPlot from 'uplot'
import {compact, exact} from '../lib/format.ts'
import {timeOfDay} from '../lib/time.ts'
import {useSignal, type Signal} from '../live/signal.ts'
import {Button} from './button.tsx'
import {drawChart} from './draw-chart.ts'
import {Table} from './table.tsx'

export type ChartSeries = {
  readonly name: string
  readonly colour: 'in' | 'out' | 'lag'
  readonly values: readonly (number | null)[]
}

type LiveChartProps = {
  readonly label: string
  readonly at: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly changed: Signal
}

const swatches = {in: 'bg-series-in', out: 'bg-series-out', lag: 'bg-series-lag'} as const
const tableRowsMax = 30

/**
 * Lines over time that move with a signal: the lists are filled in place and drawn without rendering. The arrow keys move the
 * cursor and say the values there; the same numbers are a table on demand.
 */
export function LiveChart({label, at, series, changed}: LiveChartProps) {
  useSignal(changed)
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [isTable, setTable] = useState(false)
  const [cursor, setCursor] = useState<number | null>(null)
  const id = useId()

  useEffect(() => {
    if (isTable || !host.current) return undefined
    return drawChart(host.current, {at, series, changed, onPlot: drawn => (plot.current = drawn)})
  }, [isTable, at, changed])

  const move = (step: number): void => {
    const next = Math.min(at.length - 1, Math.max(0, (cursor ?? at.length) + step))
    setCursor(next)
    const left = plot.current?.valToPos(at[next] ?? 0, 'x')
    if (left !== undefined) plot.current?.setCursor({left, top: 10})
  }
  const shown = cursor ?? at.length - 1
  return (
    <figure aria-labelledby={id} className="flex min-w-0 flex-col gap-2">
      <figcaption id={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[12.5px] text-soft">
        <span className="sr-only">{label}</span>
        {series.map(line => (
          <span key={line.name} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`h-[3px] w-3 rounded ${swatches[line.colour]}`} />
            {line.name} <span className="figure font-medium text-ink">{told(line.values[shown])}</span>
          </span>
        ))}
        <Button look="bare" className="ml-auto h-6 px-1.5 text-[12px]" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? 'Chart' : 'Table'}
        </Button>
      </figcaption>
      {isTable ? (
        <div className="max-h-[180px] overflow-y-auto">
          <Table
            label={`${label}, newest first`}
            rows={at
              .map((_, i) => i)
              .slice(-tableRowsMax)
              .toReversed()}
            keyOf={String}
            columns={[
              {name: 'Time (UTC)', cell: i => timeOfDay((at[i] ?? 0) * 1000)},
              ...series.map(line => ({name: line.name, isNumber: true, cell: (i: number) => told(line.values[i], exact)})),
            ]}
          />
        </div>
      ) : (
        <div
          ref={host}
          role="img"
          tabIndex={0}
          aria-label={`${label}. Left and right arrow keys read the values.`}
          className="h-[180px] min-w-0 overflow-hidden"
          onBlur={() => setCursor(null)}
          onKeyDown={event => {
            if (event.key === 'ArrowLeft') move(-1)
            if (event.key === 'ArrowRight') move(1)
          }}
        />
      )}
      <p aria-live="polite" className="sr-only">
        {cursor !== null &&
          `${timeOfDay((at[cursor] ?? 0) * 1000)}: ${series.map(line => `${line.name} ${told(line.values[cursor])}`).join(', ')}`}
      </p>
    </figure>
  )
}

const told = (value: number | null | undefined, format: (value: number) => string = compact): string =>
  value === null || value === undefined ? '—' : format(Math.round(value))
