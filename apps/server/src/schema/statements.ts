import type {Executed, PullRows, ResultColumn, SqlRejection, StatementResult} from '@millrace/engine'
import {printType} from '@millrace/engine'
import {builder} from './builder.ts'
import {requestError} from './errors.ts'
import {rowsAsJson} from './rows.ts'

const SqlRejected = builder.objectRef<SqlRejection>('SqlRejected').implement({
  description:
    'A statement that was refused: what was found, what was expected, where, and a way out. Lines and columns count from 1.',
  isTypeOf: value => kindOf(value) === 'rejected',
  fields: t => ({
    message: t.exposeString('message'),
    code: t.exposeString('code'),
    line: t.int({nullable: true, resolve: it => it.line ?? null}),
    column: t.int({nullable: true, resolve: it => it.column ?? null}),
    length: t.int({nullable: true, resolve: it => it.length ?? null}),
    hint: t.string({nullable: true, resolve: it => it.hint ?? null}),
    statement: t.string({nullable: true, resolve: it => it.statement ?? null}),
  }),
})

const Statement = builder.objectRef<StatementResult>('StatementResult').implement({
  description: 'What one statement did. SHOW, DESCRIBE, EXPLAIN and PRINT give rows.',
  fields: t => ({
    kind: t.exposeString('kind'),
    statement: t.exposeString('statement'),
    message: t.exposeString('message'),
    source: t.string({nullable: true, resolve: it => it.source ?? null}),
    queryId: t.string({nullable: true, resolve: it => it.queryId ?? null}),
    columns: t.stringList({resolve: it => [...(it.columns ?? [])]}),
    rows: t.field({type: ['JSON'], resolve: it => [...(it.rows ?? [])]}),
    warnings: t.stringList({resolve: it => [...(it.warnings ?? [])]}),
  }),
})

const SqlExecuted = builder.objectRef<Executed>('SqlExecuted').implement({
  isTypeOf: value => kindOf(value) === 'executed',
  fields: t => ({statements: t.field({type: [Statement], resolve: it => [...it.statements]})}),
})

export const ColumnRef = builder.objectRef<ResultColumn>('Column').implement({
  fields: t => ({
    name: t.exposeString('name'),
    type: t.string({resolve: it => printType(it.type)}),
    isKey: t.exposeBoolean('isKey'),
  }),
})

const PullRowsRef = builder.objectRef<PullRows>('PullRows').implement({
  isTypeOf: value => kindOf(value) === 'rows',
  fields: t => ({
    schema: t.field({type: [ColumnRef], resolve: it => [...it.columns]}),
    rows: t.field({
      type: ['JSON'],
      description: 'Rows as objects by column name.',
      resolve: it => rowsAsJson(it.columns, it.rows),
    }),
  }),
})

const kindOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined

const ExecuteSqlResult = builder.unionType('ExecuteSqlResult', {types: [SqlExecuted, SqlRejected]})
const PullQueryResult = builder.unionType('PullQueryResult', {types: [PullRowsRef, SqlRejected]})

/** A JSON object argument, or nothing; anything else is refused where it stands. */
export function jsonObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return Object.fromEntries(Object.entries(value))
  const found = Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
  throw requestError('INVALID_ARGUMENT', `${name}: found ${found}, expected an object`)
}

builder.mutationField('executeSql', t =>
  t.field({
    type: ExecuteSqlResult,
    description:
      'Runs one or more statements that are not queries, as one script: all are checked before the first takes effect.',
    args: {
      sql: t.arg.string({required: true}),
      properties: t.arg({
        type: 'JSON',
        description: 'Session properties, as SET would give them: {"auto.offset.reset": "earliest"}',
      }),
      parameters: t.arg({type: 'JSON', description: 'Values of bind parameters: {"1": …, "name": …}'}),
    },
    resolve: (_, args, {engine}) =>
      engine.execute(args.sql, {
        properties: jsonObject('properties', args.properties),
        parameters: jsonObject('parameters', args.parameters),
      }),
  }),
)

builder.queryField('pullQuery', t =>
  t.field({
    type: PullQueryResult,
    description: 'The state now. With `after` (the token of a produce) the answer includes that write.',
    args: {
      sql: t.arg.string({required: true}),
      after: t.arg.string(),
      properties: t.arg({type: 'JSON'}),
      parameters: t.arg({type: 'JSON'}),
    },
    resolve: (_, args, {engine, signal}) =>
      engine.pull(args.sql, {
        signal,
        properties: jsonObject('properties', args.properties),
        parameters: jsonObject('parameters', args.parameters),
        ...(args.after ? {after: args.after} : {}),
      }),
  }),
)

builder.queryField('validateSql', t =>
  t.field({
    type: [SqlRejected],
    description: 'Checks statements without running them; empty when all is well.',
    args: {sql: t.arg.string({required: true})},
    resolve: async (_, args, {engine}) => [...(await engine.validate(args.sql))],
  }),
)
