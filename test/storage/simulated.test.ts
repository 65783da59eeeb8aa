import {openSimulatedStorage} from '../../packages/engine/src/storage/simulated/open.ts'
import {storageSuite} from '../suites/storage.suite.ts'

storageSuite('simulated', {open: async () => openSimulatedStorage({seed: 1})})
