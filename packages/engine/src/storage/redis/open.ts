import {systemClock} from '../../base/clock.ts'
import type {Clock} from '../../base/clock.ts'
import {silentLogger} from '../../base/logger.ts'
import type {Logger} from '../../base/logger.ts'
import type {TopicPartition} from '../../record/record.ts'
import type {TopicRecord} from '../port/log-store.ts'
import type {Storage} from '../port/storage.ts'
import {Acknowledger} from './acks.ts'
import {Connections} from './connections.ts'
import type {RedisMode} from './connections.ts'
import {ConsumedAppender} from './consumed-append.ts'
import {Forwarder} from './forwarder.ts'
import {GroupOutbox} from './group-outbox.ts'
import {RedisGroupStore} from './group-store.ts'
import {RedisKeys} from './keys.ts'
import {RedisLogStore} from './log-store.ts'
import {featuresOf, healthOf, readServerFacts} from './server-facts.ts'
import {OutboxSweeper} from './outbox-sweeper.ts'
import {Outbox} from './outbox.ts'
import {RedisStateStore} from './state-store.ts'
import {TaskCommitter} from './task-commit.ts'
import {TopicRegistry} from './topic-registry.ts'
import {RedisWake} from './wake.ts'

export type RedisStorageOptions = {
  /** `redis://[user:password@]host:port[/db]`; for Sentinel and Cluster several hosts by commas, for Sentinel `/name`. */
  readonly url: string
  readonly mode?: RedisMode
  /** In front of every key: several installations may share a server. */
  readonly namespace: string
  readonly clock?: Clock
  readonly logger?: Logger
}

/** Connects and resolves when the server answers; fails with STORAGE_UNAVAILABLE when it does not within some seconds. */
export async function openRedisStorage(options: RedisStorageOptions): Promise<Storage> {
  const {url, mode = 'standalone', namespace, clock = systemClock, logger = silentLogger} = options
  const deployment = {isCluster: mode === 'cluster', mayFailOver: mode !== 'standalone'}
  const {isCluster} = deployment
  const keys = new RedisKeys(namespace)
  const connections = await Connections.open(url, mode, clock, logger)
  const {command} = connections
  const topics = new TopicRegistry(command, keys)
  const wake = new RedisWake({
    channel: keys.wakeChannel,
    openSubscriber: () => connections.subscriber(),
    allPartitions: async () => (await topics.all()).flatMap(partitionsOf),
    isCluster,
  })
  let facts = await readServerFacts(command)
  const refresh = async () => (facts = await readServerFacts(command))
  await topics.finishDrops()
  const acknowledger = new Acknowledger({connections, clock, mayFailOver: deployment.mayFailOver})
  const forwarder = new Forwarder({connection: command, acknowledger, keys, wake})
  const outbox = new Outbox({connection: command, keys, forwarder, clock})
  const groupOutbox = new GroupOutbox({connection: command, keys, forwarder, clock, logger})
  const consumedAppender = new ConsumedAppender({connection: command, acknowledger, keys, topics, outbox: groupOutbox, clock})
  const sweeper = new OutboxSweeper({connection: command, keys, topics, outbox: groupOutbox, clock, logger})
  if (isCluster) void sweeper.run()
  const committer = new TaskCommitter({connection: command, keys, topics, wake, clock, outbox, isCluster, acknowledger})
  return {
    get features() {
      return featuresOf(facts.durability, deployment)
    },
    log: new RedisLogStore({connections, keys, topics, wake, clock, isCluster, acknowledger, consumedAppender}),
    state: new RedisStateStore({connection: command, keys, outbox, acknowledger, clock}),
    groups: new RedisGroupStore({connection: command, acknowledger, keys, outbox: groupOutbox, clock, isCluster}),
    wake,
    commit: work => committer.commit(work),
    health: async () => healthOf(await refresh()),
    close: async () => {
      sweeper.stop()
      connections.close()
    },
  }
}

const partitionsOf = ({name, partitions}: TopicRecord): TopicPartition[] =>
  Array.from({length: partitions}, (_, partition) => ({topic: name, partition}))
