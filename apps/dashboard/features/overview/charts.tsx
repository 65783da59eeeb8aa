'use client'
import {metricsStore} from '../../live/metrics-store.ts'
import {LiveChart} from '../../ui/live-chart.tsx'
import {Panel} from '../../ui/panel.tsx'

const {history, changed} = metricsStore

export const ThroughputPanel = () => (
  <Panel title="Throughput">
    <LiveChart
      label="Records per second in the last five minutes"
      at={history.at}
      changed={changed}
      series={[
        {name: 'Produced / s', colour: 'in', values: history.produced},
        {name: 'Emitted / s', colour: 'out', values: history.emitted},
      ]}
    />
  </Panel>
)

export const LagPanel = () => (
  <Panel title="Lag of all queries">
    <LiveChart
      label="Records not yet processed in the last five minutes"
      at={history.at}
      changed={changed}
      series={[{name: 'Lag, records', colour: 'lag', values: history.lag}]}
    />
  </Panel>
)
