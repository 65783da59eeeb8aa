import type {Health} from '@millrace/engine'
import {builder, type Context} from './builder.ts'

const Fact = builder
  .objectRef<readonly [string, string]>('Fact')
  .implement({fields: t => ({name: t.string({resolve: it => it[0]}), value: t.string({resolve: it => it[1]})})})

export const HealthRef = builder.objectRef<Health>('Health').implement({
  fields: t => ({
    isReady: t.exposeBoolean('isReady'),
    storage: t.exposeString('storage'),
    acksLeader: t.string({
      description: 'What an acknowledgement of level LEADER survives here.',
      resolve: it => it.durability.leader,
    }),
    acksAll: t.string({description: 'What an acknowledgement of level ALL survives here.', resolve: it => it.durability.all}),
    canAckAll: t.boolean({resolve: it => it.durability.canAckAll}),
    facts: t.field({type: [Fact], resolve: it => Object.entries(it.facts)}),
  }),
})

const asked = new WeakMap<Context, Promise<Health>>()

/** The store is asked once a request, however many topics want to know. */
export function healthNow(_: unknown, __: object, context: Context): Promise<Health> {
  const known = asked.get(context)
  if (known) return known
  const health = context.engine.health()
  asked.set(context, health)
  return health
}

builder.queryField('health', t => t.field({type: HealthRef, resolve: healthNow}))
