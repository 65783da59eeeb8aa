export {
  openSimulatedStorage,
  type SimulatedFaults,
  type SimulatedStorage,
  type SimulatedWorld,
} from '../storage/simulated/open.ts'
export {instantClock} from './instant-clock.ts'
export {seededRandom} from '../base/random.ts'
export {parseColumns} from '../sql/syntax/parse-script.ts'
export {printColumn} from '../sql/syntax/printer.ts'
export {NumberText} from '../serde/json-number.ts'
export {serdeFor} from '../serde/registry.ts'
export {blobsOf} from '../serde/serde.ts'
