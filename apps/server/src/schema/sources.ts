import {printSchema, type Source} from '@millrace/engine'
import {builder} from './builder.ts'
import {ColumnRef} from './statements.ts'

const SourceKindEnum = builder.enumType('SourceKind', {values: {STREAM: {value: 'stream'}, TABLE: {value: 'table'}} as const})

const SourceRef = builder.objectRef<Source>('Source').implement({
  description: 'A stream or a table.',
  fields: t => ({
    name: t.exposeString('name'),
    kind: t.field({type: SourceKindEnum, resolve: it => it.kind}),
    topic: t.exposeString('topic'),
    partitions: t.exposeInt('partitions'),
    keyFormat: t.string({resolve: it => it.formats.key.name}),
    valueFormat: t.string({resolve: it => it.formats.value.name}),
    window: t.string({nullable: true, resolve: it => it.window?.kind.toUpperCase() ?? null}),
    columns: t.field({
      type: [ColumnRef],
      resolve: it => [
        ...it.schema.key.map(column => ({...column, isKey: true})),
        ...it.schema.value.map(column => ({...column, isKey: false})),
      ],
    }),
    schema: t.string({description: 'As SQL.', resolve: it => printSchema(it.schema, it.kind === 'table')}),
    statement: t.exposeString('statement'),
    createdBy: t.string({nullable: true, description: 'The query that writes it.', resolve: it => it.createdBy ?? null}),
    isReadOnly: t.exposeBoolean('isReadOnly'),
    readBy: t.stringList({
      description: 'Ids of the queries that read it.',
      resolve: (it, _, {engine}) =>
        engine
          .queries()
          .filter(query => query.sources.includes(it.name))
          .map(query => query.id),
    }),
  }),
})

builder.queryFields(t => ({
  streams: t.field({type: [SourceRef], resolve: (_, __, {engine}) => engine.sources().filter(it => it.kind === 'stream')}),
  tables: t.field({type: [SourceRef], resolve: (_, __, {engine}) => engine.sources().filter(it => it.kind === 'table')}),
  source: t.field({
    type: SourceRef,
    nullable: true,
    args: {name: t.arg.string({required: true})},
    resolve: (_, {name}, {engine}) => engine.sources().find(it => it.name === name) ?? null,
  }),
}))
