import {createServer as createHttpServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'
import type {EngineApi, Logger} from '@millrace/engine'
import {buildSchema} from './schema/index.ts'
import {serverLimits} from './limits.ts'
import {readBody, refuseBody} from './transport/body.ts'
import {acceptedJson, answerPost} from './transport/graphql-post.ts'
import {Operations} from './transport/operations.ts'
import {prometheus} from './transport/prometheus.ts'
import {staticFiles} from './transport/static-files.ts'
import {attachWebSocket} from './transport/websocket.ts'
import {createGeneralServer} from './transport/yoga.ts'

export type ServerOptions = {
  readonly engine: EngineApi
  readonly logger: Logger
  readonly host: string
  readonly port: number
  /** The exported dashboard. */
  readonly dashboardDir: string
}

export type RunningServer = {readonly port: number; readonly url: string; close(): Promise<void>}

/** Serves dashboard, GraphQL, health and metrics of an engine on one port. The engine stays open when the server closes. */
export async function startServer({engine, logger, host, port, dashboardDir}: ServerOptions): Promise<RunningServer> {
  const operations = new Operations(buildSchema(), engine, logger)
  const general = createGeneralServer(operations)
  const metrics = prometheus(engine)
  const files = staticFiles(dashboardDir)

  const graphql = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') return general(request, response)
    const body = await readBody(request, serverLimits.requestBytesMax)
    if (!body) return refuseBody(request, response, serverLimits.requestBytesMax, serverLimits.refusedBodyMsMax)
    const mediaType = acceptedJson(request.headers.accept)
    const isJson = request.headers['content-type']?.startsWith('application/json') ?? false
    if (isJson && mediaType && (await answerPost(operations, body, mediaType, request, response))) return
    // The stream has been read: the general server takes the body from here.
    await general(Object.assign(request, {body: body.toString('utf8')}), response)
  }

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?')[0] ?? '/'
    if (path === '/graphql') return graphql(request, response)
    if (path === '/healthz') return text(response, 200, 'ok\n')
    if (path === '/readyz') return ready(engine, response)
    if (path === '/metrics') return text(response, 200, await metrics.text(), metrics.contentType)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(response, 405, `${request.method} is not supported here: GraphQL is at /graphql.\n`)
    return files(path === '/' ? '/index.html' : path, response, request.method === 'HEAD')
  }

  const server = createHttpServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      logger.error({err: error, path: request.url}, 'request failed')
      if (response.headersSent) response.destroy()
      else text(response, 500, 'Internal error: the log has the details.\n')
    })
  })
  const socket = attachWebSocket(server, operations)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      await socket.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function text(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, {'content-type': contentType, 'content-length': Buffer.byteLength(body)}).end(body)
}

/** Who asks wants an answer soon: a store that can't be reached takes longer to say so itself. */
async function ready(engine: EngineApi, response: ServerResponse): Promise<void> {
  const late = sleep(serverLimits.readyMsMax, undefined, {ref: false})
  const health = await Promise.race([engine.health().catch(() => undefined), late])
  text(response, health?.isReady ? 200 : 503, health?.isReady ? 'ready\n' : 'not ready\n')
}
