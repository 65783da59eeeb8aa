import type {KeyEvent, KeyEventsPage} from '@millrace/engine'
import {builder} from './builder.ts'
import {pageOf} from './pages.ts'
import {RecordRef} from './records.ts'
import {safeInteger} from './safe-integer.ts'

const KeyEventRef = builder.objectRef<KeyEvent>('KeyEvent').implement({
  fields: t => ({
    version: t.field({type: 'BigInt', description: 'How many events of the key came before it.', resolve: it => it.version}),
    record: t.field({type: RecordRef, resolve: it => it}),
  }),
})

const KeyEventPage = builder.objectRef<KeyEventsPage>('KeyEventPage').implement({
  fields: t => ({
    events: t.field({type: [KeyEventRef], resolve: it => [...it.events]}),
    version: t.field({
      type: 'BigInt',
      description: 'How many events the key has: what a produce may expect.',
      resolve: it => it.version,
    }),
    nextVersion: t.field({type: 'BigInt', description: 'Give it as `fromVersion` to go on.', resolve: it => it.nextVersion}),
    isAtEnd: t.boolean({resolve: it => it.isAtEnd}),
  }),
})

type Arguments = {
  readonly topic: string
  readonly key?: unknown
  readonly fromVersion?: number | bigint | null | undefined
  readonly partition?: number | null | undefined
}

const requestOf = ({topic, key, fromVersion, partition}: Arguments) => ({
  topic,
  key,
  ...(fromVersion === null || fromVersion === undefined ? {} : {fromVersion: safeInteger('fromVersion', fromVersion)}),
  ...(partition === null || partition === undefined ? {} : {partition}),
})

const partitionNote = 'Only where events of the key were produced to a partition by its number.'

builder.queryField('keyEvents', t =>
  t.field({
    type: KeyEventPage,
    description: 'Events of a key in their order, without a scan of the topic, which must have a key index.',
    args: {
      topic: t.arg.string({required: true}),
      key: t.arg({type: 'JSON', required: true}),
      fromVersion: t.arg({type: 'BigInt'}),
      first: t.arg.int({defaultValue: 100}),
      partition: t.arg.int({description: partitionNote}),
    },
    resolve: (_, args, {engine}) => engine.keyEvents({...requestOf(args), eventsMax: pageOf(args.first)}),
  }),
)

builder.subscriptionField('keyEvents', t =>
  t.field({
    type: KeyEventPage,
    description: 'Events of a key: those that are there from a version on, then more as they come.',
    args: {
      topic: t.arg.string({required: true}),
      key: t.arg({type: 'JSON', required: true}),
      fromVersion: t.arg({type: 'BigInt'}),
      partition: t.arg.int({description: partitionNote}),
    },
    subscribe: (_, args, {engine, signal}) => engine.tailKeyEvents({...requestOf(args), signal}),
    resolve: page => page,
  }),
)
