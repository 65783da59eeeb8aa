import {limits} from '../limits.ts'

/** When changes go to the changelog and when their rows are written. */
export type ChangelogPolicy = {
  /** A commit of at most so many changes has room for rows: it writes up to `rowsPerCommit` of those that wait. */
  readonly smallCommitChanges: number
  readonly rowsPerCommit: number
  /** When the changelog is longer, rows are written until it is not. */
  readonly bytesMax: number
}

/** `bytesMax` 0: every commit writes its rows, and there is no changelog. With few bytes few changes are much. */
export function changelogPolicy(bytesMax: number = limits.changelogBytesMax): ChangelogPolicy {
  if (bytesMax === 0) return {smallCommitChanges: Infinity, rowsPerCommit: Infinity, bytesMax}
  return {
    smallCommitChanges: Math.min(limits.smallCommitChangesMax, Math.floor(bytesMax / 32)),
    rowsPerCommit: Math.min(limits.rowsPerSmallCommitMax, Math.ceil(bytesMax / 16)),
    bytesMax,
  }
}

/** Name of the property that sets `bytesMax` for the queries of a session. */
export const changelogProperty = 'millrace.changelog.bytes.max'

export function policyIn(settings: Readonly<Record<string, string>>): ChangelogPolicy {
  const bytes = settings[changelogProperty]
  return changelogPolicy(bytes === undefined ? undefined : Math.max(0, Number(bytes)))
}
