import type {QueryState} from '../../graphql/queries.ts'
import {Status, type Tone} from '../../ui/status.tsx'

const states: Readonly<Record<QueryState, readonly [Tone, string]>> = {
  RUNNING: ['ok', 'Running'],
  STARTING: ['accent', 'Starting'],
  PAUSED: ['warn', 'Paused'],
  FAILED: ['bad', 'Failed'],
}

export const QueryStatus = ({state}: {readonly state: QueryState}) => <Status tone={states[state][0]}>{states[state][1]}</Status>
