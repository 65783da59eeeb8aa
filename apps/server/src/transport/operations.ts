import type {EngineApi, Logger} from '@millrace/engine'
import {
  execute,
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql'
import {serverLimits} from '../limits.ts'
import {maskError, requestError} from '../schema/errors.ts'
import {depthRule} from './depth-rule.ts'

export type OperationRequest = {
  readonly query: string
  readonly operationName?: string | null
  readonly variables?: Readonly<Record<string, unknown>> | null
}

export type Prepared = {readonly document: DocumentNode} | {readonly errors: readonly GraphQLError[]}

/**
 * Parses, validates and runs operations for every transport. Documents of one schema are prepared once and kept, least
 * recently used out first; long texts (records written into the document) are not kept.
 */
export class Operations {
  readonly schema: GraphQLSchema
  readonly #engine: EngineApi
  readonly #logger: Logger
  readonly #prepared = new Map<string, Prepared>()

  constructor(schema: GraphQLSchema, engine: EngineApi, logger: Logger) {
    this.schema = schema
    this.#engine = engine
    this.#logger = logger
  }

  prepare(text: string): Prepared {
    const known = this.#prepared.get(text)
    if (known) {
      this.#prepared.delete(text)
      this.#prepared.set(text, known)
      return known
    }
    const prepared = this.#prepareNew(text)
    if (text.length <= serverLimits.cachedOperationBytesMax) {
      this.#prepared.set(text, prepared)
      const [oldest] = this.#prepared.keys()
      if (this.#prepared.size > serverLimits.cachedOperationsMax && oldest !== undefined) this.#prepared.delete(oldest)
    }
    return prepared
  }

  #prepareNew(text: string): Prepared {
    try {
      const document = parse(text, {maxTokens: serverLimits.documentTokensMax})
      const errors = validate(this.schema, document, [...specifiedRules, depthRule(serverLimits.documentDepthMax)], {
        maxErrors: 20,
      })
      return errors.length > 0 ? {errors: errors.map(error => this.mask(error))} : {document}
    } catch (error) {
      return {errors: [this.mask(error instanceof RangeError ? tooDeep() : error)]}
    }
  }

  typeOf(document: DocumentNode, operationName: string | null | undefined): OperationTypeNode | undefined {
    return getOperationAST(document, operationName)?.operation
  }

  /** Runs a query or a mutation. */
  async run(document: DocumentNode, request: OperationRequest, signal: AbortSignal): Promise<ExecutionResult> {
    return this.execute({
      schema: this.schema,
      document,
      operationName: request.operationName ?? null,
      variableValues: request.variables ?? {},
      contextValue: this.context(signal),
    })
  }

  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    return this.masked(await execute(args))
  }

  masked(result: ExecutionResult): ExecutionResult {
    return result.errors ? {...result, errors: result.errors.map(error => this.mask(error))} : result
  }

  context(signal: AbortSignal) {
    return {engine: this.#engine, signal}
  }

  mask(error: unknown): GraphQLError {
    return maskError(error, this.#logger)
  }
}

/** The parser calls itself for each level: it comes to the end of the stack before any rule is asked. */
const tooDeep = (): GraphQLError =>
  requestError('LIMIT_EXCEEDED', 'The document, or a value in it, nests too deeply: use variables for values.')
