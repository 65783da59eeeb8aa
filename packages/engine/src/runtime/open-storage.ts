import type {Storage} from '../storage/port/storage.ts'
import type {StorageDescriptor} from './worker-protocol.ts'

/** Loads the adapter that a descriptor names, and only that one. */
export async function openStorage(descriptor: StorageDescriptor): Promise<Storage> {
  if (descriptor.kind === 'lmdb') {
    const {openLmdbStorage} = await import('../storage/lmdb/open.ts')
    return openLmdbStorage({dir: descriptor.dir})
  }
  const {openRedisStorage} = await import('../storage/redis/open.ts')
  const {kind: _kind, ...options} = descriptor
  return openRedisStorage(options)
}
