import type {EngineApi, MetricsSnapshot} from '@millrace/engine'
import {Counter, Gauge, Registry, collectDefaultMetrics} from 'prom-client'

/** Metrics in Prometheus' text format, read from the engine when asked. */
export function prometheus(engine: EngineApi): {text(): Promise<string>; contentType: string} {
  const registry = new Registry()
  collectDefaultMetrics({register: registry})
  const totals: readonly [string, string, (snapshot: MetricsSnapshot) => number][] = [
    ['millrace_records_produced_total', 'Records appended by producers of this process.', it => it.recordsProduced],
    ['millrace_bytes_produced_total', 'Bytes of the batches appended by producers of this process.', it => it.bytesProduced],
    ['millrace_records_processed_total', 'Records read by the tasks of this process.', it => it.recordsProcessed],
    ['millrace_records_emitted_total', 'Records written by the tasks of this process.', it => it.recordsEmitted],
    [
      'millrace_corrupt_batches_skipped_total',
      'Damaged batches that readers without a task have skipped.',
      s => s.corruptBatchesSkipped,
    ],
    ['millrace_bad_records_total', 'Records that could not be processed.', it => it.badRecords],
    ['millrace_pull_queries_total', 'Pull queries answered.', it => it.pullQueries],
  ]
  const counters = totals.map(([name, help, of]) => ({of, counter: new Counter({name, help, registers: [registry]})}))
  const subscriptions = new Gauge({name: 'millrace_push_subscriptions', help: 'Open push queries.', registers: [registry]})
  const lag = new Gauge({
    name: 'millrace_query_lag_records',
    help: 'Records appended and not yet processed.',
    labelNames: ['query'],
    registers: [registry],
  })
  const state = new Gauge({
    name: 'millrace_query_running',
    help: '1 when the query runs.',
    labelNames: ['query'],
    registers: [registry],
  })
  const records = new Gauge({name: 'millrace_topic_records', help: 'Records kept.', labelNames: ['topic'], registers: [registry]})
  const bytes = new Gauge({
    name: 'millrace_topic_bytes',
    help: 'Bytes of batches kept.',
    labelNames: ['topic'],
    registers: [registry],
  })

  const text = async (): Promise<string> => {
    const snapshot = await engine.metrics()
    for (const {counter, of} of counters) {
      counter.reset()
      counter.inc(of(snapshot))
    }
    for (const gauge of [lag, state, records, bytes]) gauge.reset()
    subscriptions.set(snapshot.pushSubscriptions)
    for (const query of snapshot.queries) {
      lag.set({query: query.id}, query.lag)
      state.set({query: query.id}, query.state === 'RUNNING' ? 1 : 0)
    }
    for (const topic of snapshot.topics) {
      records.set({topic: topic.name}, topic.records)
      bytes.set({topic: topic.name}, topic.bytes)
    }
    return registry.metrics()
  }
  return {text, contentType: registry.contentType}
}
