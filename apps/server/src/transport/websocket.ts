import type {Server} from 'node:http'
import type {Duplex} from 'node:stream'
import {EngineError} from '@millrace/engine'
import {subscribe, type ExecutionArgs, type ExecutionResult} from 'graphql'
import {useServer} from 'graphql-ws/use/ws'
import {WebSocketServer, type WebSocket} from 'ws'
import {restoreDigits} from '../json/digits.ts'
import {serverLimits} from '../limits.ts'
import type {Operations} from './operations.ts'

/**
 * graphql-transport-ws on /graphql. The loop of a subscription awaits each send, so a slow client slows only itself: the engine
 * keeps nothing for it but a position in the log. Every operation has its own abort signal, since an iterator that waits
 * can't be ended in another way.
 */
export function attachWebSocket(server: Server, operations: Operations): {close(): Promise<void>} {
  const sockets = new WebSocketServer({noServer: true, maxPayload: serverLimits.socketFrameBytesMax, perMessageDeflate: false})
  const open = new WeakMap<WebSocket, Map<string, AbortController>>()
  const operationsOf = (socket: WebSocket): Map<string, AbortController> => {
    const known = open.get(socket)
    if (known) return known
    const fresh = new Map<string, AbortController>()
    open.set(socket, fresh)
    return fresh
  }
  sockets.on('connection', keepDigits)
  const graphql = useServer(
    {
      schema: operations.schema,
      onSubscribe: ({extra}, id, payload) => {
        const running = operationsOf(extra.socket)
        if (running.size >= serverLimits.subscriptionsPerSocketMax) return [operations.mask(tooManyOperations())]
        const prepared = operations.prepare(payload.query)
        if ('errors' in prepared) return prepared.errors
        const abort = new AbortController()
        running.set(id, abort)
        return {
          schema: operations.schema,
          document: prepared.document,
          operationName: payload.operationName ?? null,
          variableValues: payload.variables ?? {},
          contextValue: operations.context(abort.signal),
        }
      },
      subscribe: async (args: ExecutionArgs) => {
        const result = await subscribe(args)
        return Symbol.asyncIterator in result ? maskedEvents(result, operations) : masked(result, operations)
      },
      onComplete: ({extra}, id) => endOperation(operationsOf(extra.socket), id),
      onClose: ({extra}) => {
        for (const abort of operationsOf(extra.socket).values()) abort.abort()
      },
    },
    sockets,
  )
  server.on('upgrade', (request, socket: Duplex, head) => {
    if (request.url?.split('?')[0] !== '/graphql') return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    if (sockets.clients.size >= serverLimits.socketsMax)
      return void socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, client => sockets.emit('connection', client, request))
  })
  return {close: async () => graphql.dispose()}
}

function endOperation(running: Map<string, AbortController>, id: string): void {
  running.get(id)?.abort()
  running.delete(id)
}

const tooManyOperations = (): EngineError =>
  new EngineError(
    'LIMIT_EXCEEDED',
    `More than ${serverLimits.subscriptionsPerSocketMax} operations are open on this socket; complete one first.`,
  )

/** Outgoing text gets its long digits back; nothing else about the socket changes. */
function keepDigits(socket: WebSocket): void {
  const send = socket.send.bind(socket)
  socket.send = (data: Parameters<typeof send>[0], ...rest: unknown[]) =>
    Reflect.apply(send, socket, [typeof data === 'string' ? restoreDigits(data) : data, ...rest]) as void
}

const masked = (result: ExecutionResult, operations: Operations): ExecutionResult =>
  result.errors ? {...result, errors: result.errors.map(error => operations.mask(error))} : result

/** Passes `return` on, so that a client that leaves ends the engine's iterator too. */
function maskedEvents(events: AsyncGenerator<ExecutionResult>, operations: Operations): AsyncIterableIterator<ExecutionResult> {
  return {
    next: async () => {
      try {
        const event = await events.next()
        return event.done ? event : {done: false, value: masked(event.value, operations)}
      } catch (error) {
        return {done: false, value: {errors: [operations.mask(error)]}}
      }
    },
    return: () => events.return(undefined),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
