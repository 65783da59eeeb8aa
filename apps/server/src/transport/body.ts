import type {IncomingMessage, ServerResponse} from 'node:http'

/** The whole body, or undefined as soon as it is known to be longer than `bytesMax`; the rest is not read. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  // `for await` would destroy the request when it stops early, and with it the way for the answer.
  for await (const chunk of request.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Answers a request whose body is too large, and closes the connection. What still arrives is thrown away for a while: a
 * client that sends all before it reads would otherwise see a reset connection and not the answer.
 */
export function refuseBody(request: IncomingMessage, response: ServerResponse, bytesMax: number, drainMsMax: number): void {
  const message = `The request body is too large: expected at most ${bytesMax} bytes. Send records in several requests.`
  const body = JSON.stringify({errors: [{message, extensions: {code: 'LIMIT_EXCEEDED', retryable: false}}]})
  response.writeHead(413, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  })
  response.write(body)
  const end = (): void => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(() => request.destroy(), drainMsMax)
  request.once('end', end).once('close', end).once('error', end).resume()
}
