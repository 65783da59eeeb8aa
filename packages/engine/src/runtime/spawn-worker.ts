import {createRequire} from 'node:module'
import {pathToFileURL} from 'node:url'
import {Worker, type WorkerOptions} from 'node:worker_threads'

/**
 * Starts a module beside the caller's as a thread: `spawnWorker('./worker', import.meta.url)`. Compiled code starts as it is;
 * from sources (tests, development) the thread loads TypeScript through tsx, which threads don't inherit on Node 20.
 */
export function spawnWorker(name: string, base: string, options: WorkerOptions): Worker {
  if (!base.endsWith('.ts')) return new Worker(new URL(`${name}.js`, base), options)
  const api = new URL('./dist/esm/api/index.mjs', pathToFileURL(createRequire(base).resolve('tsx/package.json'))).href
  const entry = new URL(`${name}.ts`, base).href
  const code = `import {register} from ${JSON.stringify(api)}; register(); await import(${JSON.stringify(entry)})`
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), options)
}
