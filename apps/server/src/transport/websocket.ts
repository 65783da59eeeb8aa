import type {IncomingMessage, Server} from 'node:http'
import type {Duplex} from 'node:stream'
import {EngineError} from '@millrace/engine'
import {subscribe, type ExecutionArgs, type ExecutionResult} from 'graphql'
import {handleProtocols, makeServer} from 'graphql-ws'
import {WebSocketServer, type WebSocket} from 'ws'
import {parseJson, restoreDigits} from '../json/digits.ts'
import {serverLimits} from '../limits.ts'
import type {Operations} from './operations.ts'

/** What belongs to one socket. Every operation has its own abort signal: an iterator that waits can't be ended in another way. */
type Extra = {readonly request: IncomingMessage; readonly running: Map<object, AbortController>}

/**
 * graphql-transport-ws on /graphql. The loop of a subscription awaits each send, so a slow client slows only itself: the engine
 * keeps nothing for it but a position in the log.
 */
export function attachWebSocket(server: Server, operations: Operations): {close(): Promise<void>} {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: serverLimits.socketFrameBytesMax,
    perMessageDeflate: false,
    handleProtocols,
  })
  const protocol = protocolOf(operations)
  server.on('upgrade', (request, socket: Duplex, head) => {
    if (request.url?.split('?')[0] !== '/graphql') socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    else if (sockets.clients.size >= serverLimits.socketsMax)
      socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n\r\n')
    else sockets.handleUpgrade(request, socket, head, client => connect(client, request, protocol))
  })
  return {close: () => closeAll(sockets)}
}

const protocolOf = (operations: Operations) =>
  makeServer<Record<string, unknown>, Extra>({
    schema: operations.schema,
    onSubscribe: ({extra: {running}}, _, payload) => {
      if (running.size >= serverLimits.subscriptionsPerSocketMax) return [operations.mask(tooManyOperations())]
      const prepared = operations.prepare(payload.query)
      if ('errors' in prepared) return prepared.errors
      const abort = new AbortController()
      running.set(payload, abort)
      return {
        schema: operations.schema,
        document: prepared.document,
        operationName: payload.operationName ?? null,
        variableValues: payload.variables ?? {},
        contextValue: operations.context(abort.signal),
      }
    },
    execute: (args: ExecutionArgs) => operations.execute(args),
    subscribe: async (args: ExecutionArgs) => {
      const result = await subscribe(args)
      return Symbol.asyncIterator in result ? result : operations.masked(result)
    },
    onOperation: ({extra: {running}}, _, payload, __, result) =>
      Symbol.asyncIterator in result
        ? eventsOf(result as AsyncGenerator<ExecutionResult>, operations, running.get(payload))
        : undefined,
    onError: ({extra: {running}}, _, payload, errors) => {
      running.delete(payload)
      return errors.map(error => operations.mask(error).toJSON())
    },
    onComplete: ({extra: {running}}, _, payload) => void running.delete(payload),
    onClose: ({extra: {running}}) => {
      for (const abort of running.values()) abort.abort()
    },
  })

/** Joins a socket to the protocol; longs keep their digits both ways. */
function connect(socket: WebSocket, request: IncomingMessage, protocol: ReturnType<typeof protocolOf>): void {
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: data =>
        new Promise((resolve, reject) => {
          if (socket.readyState !== socket.OPEN) return resolve()
          socket.send(restoreDigits(data), error => (error ? reject(error) : resolve()))
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: receive =>
        socket.on('message', data => {
          // graphql-ws reads text with JSON.parse, which rounds longs, and takes what is parsed already as it is.
          receive(parsedOrText(String(data)) as string).catch(() => socket.close(1011, 'Internal server error'))
        }),
    },
    {request, running: new Map()},
  )
  const stopPings = keepAlive(socket)
  socket.on('error', () => socket.terminate())
  socket.once('close', (code, reason) => {
    stopPings()
    void closed(code, String(reason))
  })
}

/** Text that is no JSON is left to the protocol, which closes the socket for it. */
function parsedOrText(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

/** Pings, and cuts a socket that has not answered the ping before: its client is gone without a word. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true
  socket.on('pong', () => {
    isAlive = true
  })
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate()
    isAlive = false
    socket.ping()
  }, serverLimits.socketPingMs)
  return () => clearInterval(timer)
}

/** Says goodbye, and cuts those who do not answer in time. */
async function closeAll(sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.close(1001, 'Going away')
  const cut = setTimeout(() => {
    for (const client of sockets.clients) client.terminate()
  }, serverLimits.socketCloseMsMax)
  await Promise.all([...sockets.clients].map(client => new Promise<void>(resolve => client.once('close', () => resolve()))))
  clearTimeout(cut)
  await new Promise<void>(resolve => sockets.close(() => resolve()))
}

const tooManyOperations = (): EngineError =>
  new EngineError(
    'LIMIT_EXCEEDED',
    `More than ${serverLimits.subscriptionsPerSocketMax} operations are open on this socket; complete one first.`,
  )

/** The events of a subscription, masked. A client that completes it aborts it too: `return` alone waits for the next event. */
function eventsOf(
  events: AsyncGenerator<ExecutionResult>,
  operations: Operations,
  abort: AbortController | undefined,
): AsyncIterableIterator<ExecutionResult> {
  let hasFailed = false
  return {
    next: async () => {
      if (hasFailed) return {done: true, value: undefined}
      try {
        const event = await events.next()
        return event.done ? event : {done: false, value: operations.masked(event.value)}
      } catch (error) {
        hasFailed = true
        return {done: false, value: {errors: [operations.mask(error)]}}
      }
    },
    return: () => {
      abort?.abort()
      return events.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
