import type uPlot from 'uplot'
import {compact} from '../lib/format.ts'
import type {Signal} from '../live/signal.ts'

const heightPx = 180
/** What the chart shows at least, so that the first minute does not stretch. */
const windowSeconds = 60

export type ChartData = {
  readonly at: readonly number[]
  readonly series: readonly {readonly colour: 'in' | 'out' | 'lag'; readonly values: readonly (number | null)[]}[]
  readonly changed: Signal
  readonly onPlot: (plot: uPlot | null) => void
}

/** Keeps a plot of lists that grow in place inside `host`: its size, its colours and its data. Returns how to end it. */
export function drawChart(host: HTMLElement, {at, series, changed, onPlot}: ChartData): () => void {
  let plot: uPlot | undefined
  let isOver = false
  const data = (): uPlot.AlignedData => [[...at], ...series.map(line => [...line.values])]
  const refresh = (): void => plot?.setData(data())
  const rebuild = (Plot: typeof uPlot): void => {
    plot?.destroy()
    plot = new Plot(options(host, series), data(), host)
    onPlot(plot)
  }
  const size = new ResizeObserver(() => plot?.setSize({width: host.clientWidth, height: heightPx}))
  const ends: (() => void)[] = []
  void import('uplot').then(({default: Plot}) => {
    if (isOver) return
    rebuild(Plot)
    size.observe(host)
    ends.push(
      changed.subscribe(refresh),
      onThemeChange(() => rebuild(Plot)),
    )
  })
  return () => {
    isOver = true
    size.disconnect()
    for (const end of ends) end()
    plot?.destroy()
    onPlot(null)
  }
}

function onThemeChange(run: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)')
  const observer = new MutationObserver(run)
  observer.observe(document.documentElement, {attributeFilter: ['data-theme']})
  query.addEventListener('change', run)
  return () => {
    observer.disconnect()
    query.removeEventListener('change', run)
  }
}

/** Canvas knows no custom properties: the browser resolves one for us. */
function colourOf(host: HTMLElement, name: string): string {
  const probe = host.appendChild(document.createElement('span'))
  probe.style.color = `var(--${name})`
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}

function timeRange(min: number | null, max: number | null): [number, number] {
  const end = max ?? Date.now() / 1000
  return [Math.min(min ?? end, end - windowSeconds), end]
}

function options(host: HTMLElement, series: ChartData['series']): uPlot.Options {
  const [line, muted] = [colourOf(host, 'line'), colourOf(host, 'muted')]
  const axis = {stroke: muted, font: '11px system-ui', grid: {stroke: line, width: 1}, ticks: {show: false}} as const
  return {
    width: Math.max(host.clientWidth, 100),
    height: heightPx,
    legend: {show: false},
    padding: [8, 26, 0, 0],
    cursor: {points: {size: 6}, y: false, drag: {x: false, y: false}},
    scales: {
      x: {time: true, range: (_, min, max) => timeRange(min, max)},
      y: {range: (_, __, max) => [0, max > 0 ? max * 1.1 : 10]},
    },
    axes: [
      {
        ...axis,
        grid: {show: false},
        size: 24,
        values: (_, ticks) => ticks.map(tick => new Date(tick * 1000).toISOString().slice(11, 19)),
      },
      {...axis, size: 46, values: (_, ticks) => ticks.map(tick => compact(tick))},
    ],
    series: [{}, ...series.map(({colour}) => ({stroke: colourOf(host, `series-${colour}`), width: 1.5, points: {show: false}}))],
  }
}
