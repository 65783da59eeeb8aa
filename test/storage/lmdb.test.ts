import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import {storageSuite} from '../suites/storage.suite.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'

const dir = temporaryDirectory('lmdb')
storageSuite('lmdb', {open: () => openLmdbStorage({dir: dir.path}), dispose: async () => dir.remove()})
