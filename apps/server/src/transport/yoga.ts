import {createYoga, type Plugin} from 'graphql-yoga'
import {serverLimits} from '../limits.ts'
import {stringifyJson} from '../json/digits.ts'
import type {Operations} from './operations.ts'

/** Longs keep their digits in every result, also in those of subscriptions. */
const withDigits: Plugin = {
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

/** Answers what the fast path leaves: GET, event streams, unusual media types, and requests that are wrong. */
export function createGeneralServer(operations: Operations) {
  const prepareOnce: Plugin = {
    onEnveloped: ({setSchema}) => setSchema(operations.schema),
    onParse: ({params, setParsedDocument}) => {
      const prepared = operations.prepare(String(params.source))
      if ('errors' in prepared) throw prepared.errors[0] ?? new Error('no error')
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
