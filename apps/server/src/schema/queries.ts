import type {QueryInfo, TaskInfo} from '@millrace/engine'
import {builder} from './builder.ts'

const TaskInput = builder.objectRef<TaskInfo['inputs'][number]>('TaskInput').implement({
  fields: t => ({
    topic: t.exposeString('topic'),
    partition: t.exposeInt('partition'),
    position: t.field({type: 'BigInt', resolve: it => it.position}),
    endOffset: t.field({type: 'BigInt', resolve: it => it.endOffset}),
    lag: t.field({type: 'BigInt', resolve: it => it.lag}),
  }),
})

const Task = builder.objectRef<TaskInfo>('Task').implement({
  description: 'One sub-topology on one partition.',
  fields: t => ({
    id: t.exposeString('id'),
    subTopology: t.exposeInt('subTopology'),
    partition: t.exposeInt('partition'),
    worker: t.exposeInt('worker'),
    recordsIn: t.field({type: 'BigInt', resolve: it => it.recordsIn}),
    recordsOut: t.field({type: 'BigInt', resolve: it => it.recordsOut}),
    badRecords: t.field({type: 'BigInt', resolve: it => it.badRecords}),
    stateEntries: t.field({type: 'BigInt', resolve: it => it.stateEntries}),
    inputs: t.field({type: [TaskInput], resolve: it => [...it.inputs]}),
  }),
})

export const QueryStateEnum = builder.enumType('QueryState', {values: ['STARTING', 'RUNNING', 'PAUSED', 'FAILED'] as const})

const sumOf = (query: QueryInfo, of: (task: TaskInfo) => number): number => query.tasks.reduce((sum, task) => sum + of(task), 0)

const QueryRef = builder.objectRef<QueryInfo>('PersistentQuery').implement({
  fields: t => ({
    id: t.exposeString('id'),
    statement: t.exposeString('statement'),
    state: t.field({type: QueryStateEnum, resolve: it => it.state}),
    error: t.string({nullable: true, resolve: it => it.error ?? null}),
    sources: t.stringList({resolve: it => [...it.sources]}),
    sink: t.exposeString('sink'),
    sinkTopic: t.exposeString('sinkTopic'),
    tasks: t.field({type: [Task], resolve: it => [...it.tasks]}),
    lag: t.field({
      type: 'BigInt',
      description: 'Records appended and not yet processed.',
      resolve: it => sumOf(it, task => task.inputs.reduce((sum, input) => sum + input.lag, 0)),
    }),
    recordsIn: t.field({type: 'BigInt', resolve: it => sumOf(it, task => task.recordsIn)}),
    recordsOut: t.field({type: 'BigInt', resolve: it => sumOf(it, task => task.recordsOut)}),
    badRecords: t.field({type: 'BigInt', resolve: it => sumOf(it, task => task.badRecords)}),
    stateEntries: t.field({type: 'BigInt', resolve: it => sumOf(it, task => task.stateEntries)}),
  }),
})

builder.queryFields(t => ({
  queries: t.field({type: [QueryRef], resolve: (_, __, {engine}) => [...engine.queries()]}),
  query: t.field({
    type: QueryRef,
    nullable: true,
    args: {id: t.arg.string({required: true})},
    resolve: (_, {id}, {engine}) => engine.queries().find(it => it.id === id) ?? null,
  }),
}))
