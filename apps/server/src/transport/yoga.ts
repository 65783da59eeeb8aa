import {GraphQLError} from 'graphql'
import {createYoga, type GraphQLParams, type Plugin} from 'graphql-yoga'
import {serverLimits} from '../limits.ts'
import {parseJson, stringifyJson} from '../json/digits.ts'
import type {Operations} from './operations.ts'

/** Longs keep their digits in JSON bodies and in every result, also in those of subscriptions. */
const withDigits: Plugin = {
  onRequestParse: ({request, setRequestParser}) => {
    const isJson = request.headers.get('content-type')?.startsWith('application/json') ?? false
    if (request.method === 'POST' && isJson) setRequestParser(async posted => parseParams(await posted.text()))
  },
  onExecute: () => ({
    onExecuteDone: ({result, setResult}) => {
      if (!(Symbol.asyncIterator in result)) setResult({...result, stringify: stringifyJson} as typeof result)
    },
  }),
  onSubscribe: () => ({
    onSubscribeResult: () => ({
      onNext: ({result, setResult}) => setResult({...result, stringify: stringifyJson} as typeof result),
    }),
  }),
}

function parseParams(body: string): GraphQLParams {
  let parsed: unknown
  try {
    parsed = parseJson(body)
  } catch (error) {
    throw badRequest(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw badRequest('the body: found other JSON, expected one object with a query')
  return parsed
}

const badRequest = (message: string): GraphQLError =>
  new GraphQLError(message, {extensions: {code: 'BAD_REQUEST', retryable: false, http: {status: 400}}})

/** Answers what the fast path leaves: GET, event streams, unusual media types, and requests that are wrong. */
export function createGeneralServer(operations: Operations) {
  const prepareOnce: Plugin = {
    onEnveloped: ({setSchema}) => setSchema(operations.schema),
    onParse: ({params, setParsedDocument}) => {
      const prepared = operations.prepare(String(params.source))
      if ('errors' in prepared) throw new AggregateError(prepared.errors.map(refusedWith400))
      setParsedDocument(prepared.document)
    },
    // Documents were validated when they were prepared.
    onValidate: ({setResult}) => setResult([]),
  }
  return createYoga<Record<string, unknown>>({
    graphqlEndpoint: '/graphql',
    plugins: [prepareOnce, withDigits],
    context: ({request}) => operations.context(request.signal),
    maskedErrors: {maskError: error => operations.mask(error)},
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    logging: false,
    maxRequestBodySize: serverLimits.requestBytesMax,
    parserAndValidationCache: false,
  })
}

/** 400 where the client's media type tells it that errors of GraphQL have HTTP statuses (`spec`), else 200. */
const refusedWith400 = (error: GraphQLError): GraphQLError => {
  const {nodes = null, source = null, positions = null, extensions} = error
  return new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    extensions: {...extensions, http: {spec: true, status: 400}},
  })
}
