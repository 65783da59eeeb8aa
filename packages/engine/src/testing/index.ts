export {
  openSimulatedStorage,
  type SimulatedFaults,
  type SimulatedStorage,
  type SimulatedWorld,
} from '../storage/simulated/open.ts'
export {instantClock} from './instant-clock.ts'
export {seededRandom} from '../base/random.ts'
