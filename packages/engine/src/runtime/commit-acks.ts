import type {CommitAcks} from '../storage/port/task-commit.ts'

/** Name of the property that says what the commits of a query wait for: `leader` or `all`. */
const commitAcksProperty = 'millrace.commit.acks'

export const commitAcksIn = (settings: Readonly<Record<string, string>>): CommitAcks =>
  settings[commitAcksProperty]?.toLowerCase() === 'all' ? 'ALL' : 'LEADER'
