import type {PushBatch, ResultColumn} from '@millrace/engine'
import {ColumnRef, jsonObject} from './statements.ts'
import {builder} from './builder.ts'
import {rejectionError} from './errors.ts'
import {rowsAsJson} from './rows.ts'

type PushEvent = PushBatch & {readonly columns: readonly ResultColumn[]}

const PushEventRef = builder.objectRef<PushEvent>('PushEvent').implement({
  description: 'A batch of changes. The first event has no rows: it carries the cursor that the subscription starts from.',
  fields: t => ({
    rows: t.field({
      type: ['JSON'],
      description: 'Rows as objects by column name.',
      resolve: it => rowsAsJson(it.columns, it.rows),
    }),
    tombstones: t.booleanList({
      description: 'Set where the row says that its key is gone; empty when none does.',
      resolve: it => [...(it.tombstones ?? [])],
    }),
    timestamps: t.field({type: ['BigInt'], resolve: it => [...it.timestampsMs]}),
    cursor: t.string({
      description: 'Give it as `after` to continue behind this event, with no gap and no repeat.',
      resolve: it => it.cursor,
    }),
    dropped: t.int({description: 'Rows that this subscription missed because it fell behind.', resolve: it => it.dropped ?? 0}),
    schema: t.field({type: [ColumnRef], resolve: it => [...it.columns]}),
  }),
})

builder.subscriptionField('pushQuery', t =>
  t.field({
    type: PushEventRef,
    description:
      'Every change of a push query, in batches. A refused statement ends the subscription with its position in extensions.',
    args: {
      sql: t.arg.string({required: true}),
      after: t.arg.string(),
      properties: t.arg({type: 'JSON'}),
      parameters: t.arg({type: 'JSON'}),
    },
    subscribe: async (_, args, {engine, signal}) => {
      const subscription = await engine.push(args.sql, {
        signal,
        properties: jsonObject('properties', args.properties),
        parameters: jsonObject('parameters', args.parameters),
        ...(args.after ? {after: args.after} : {}),
      })
      if (subscription.kind === 'rejected') throw rejectionError(subscription)
      return withColumns(subscription, subscription.columns)
    },
    resolve: event => event,
  }),
)

async function* withColumns(events: AsyncIterable<PushBatch>, columns: readonly ResultColumn[]): AsyncGenerator<PushEvent> {
  for await (const event of events) yield {...event, columns}
}
