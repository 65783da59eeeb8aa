import {parentPort, workerData, type MessagePort} from 'node:worker_threads'
import {must} from '../base/assert.ts'
import {systemClock} from '../base/clock.ts'
import type {Logger} from '../base/logger.ts'
import {limits} from '../limits.ts'
import {loadFunctions, useFunctions} from './load-functions.ts'
import {openStorage} from './open-storage.ts'
import {ProcessingLog} from './processing-log.ts'
import {TaskHost} from './task-host.ts'
import type {WorkerData, WorkerEvent, WorkerRequest} from './worker-protocol.ts'

/** A worker thread: a task host over a storage of its own, told by messages what to run. */
async function main(port: MessagePort, {storage: descriptor, functionsModule}: WorkerData): Promise<void> {
  const tell = (event: WorkerEvent): void => port.postMessage(event)
  if (functionsModule !== undefined) useFunctions(await loadFunctions(functionsModule))
  const logger = loggerTo(tell)
  const storage = await openStorage(descriptor)
  const processingLog = new ProcessingLog(storage.log, systemClock, logger)
  const onFailed = (failure: {queryId: string; task: string; message: string}): void => tell({kind: 'failed', ...failure})
  const host = new TaskHost({storage, clock: systemClock, logger, processingLog, isManual: false, onFailed})
  const closing = new AbortController()

  async function serve(request: WorkerRequest): Promise<void> {
    if (request.kind === 'start') return host.start(request.run, request.tasks)
    if (request.kind === 'stop') return host.stop(request.queryId, request.tasks)
    await host.close()
    await processingLog.flush()
    await storage.close()
    closing.abort()
  }

  port.on('message', (request: WorkerRequest) => {
    serve(request)
      .then(
        () => tell({kind: 'reports', reports: host.reports()}),
        (error: unknown) => logger.error({error: String(error)}, 'a worker request failed'),
      )
      .finally(() => {
        tell({kind: 'done', request: request.request})
        if (request.kind === 'close') port.close()
      })
  })
  while (!closing.signal.aborted) {
    await systemClock.sleep(limits.statsIntervalMs, closing.signal)
    if (!closing.signal.aborted) tell({kind: 'reports', reports: host.reports()})
  }
}

/** Errors are not clonable in full: their text is what a log wants. */
function loggerTo(tell: (event: WorkerEvent) => void): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error'): Logger['info'] =>
    (details, message) => {
      const plain = Object.entries(details).map(([name, value]) => [
        name,
        value instanceof Error ? (value.stack ?? value.message) : value,
      ])
      tell({kind: 'log', level, details: Object.fromEntries(plain), message})
    }
  return {debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error')}
}

// The thread that starts this module gives it its data.
await main(must(parentPort, 'parent thread'), workerData as WorkerData)
