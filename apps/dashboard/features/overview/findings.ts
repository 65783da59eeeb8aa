import type {Health} from '../../graphql/health.ts'
import type {PersistentQuery} from '../../graphql/queries.ts'
import {plural} from '../../lib/format.ts'
import {routes} from '../../lib/routes.ts'

export type Finding = {readonly tone: 'bad' | 'warn'; readonly title: string; readonly detail: string; readonly href?: string}

/** What somebody should look at, the worst first. */
export function findings(health: Health | undefined, queries: readonly PersistentQuery[]): readonly Finding[] {
  const found: Finding[] = []
  if (health && !health.isReady)
    found.push({tone: 'bad', title: 'The engine is not ready', detail: 'It is starting, or its storage does not answer.'})
  for (const query of queries) {
    const href = routes.query(query.id)
    if (query.state === 'FAILED')
      found.push({tone: 'bad', title: `${query.id} has failed`, detail: query.error ?? 'No reason was given.', href})
    if (query.state === 'PAUSED')
      found.push({
        tone: 'warn',
        title: `${query.id} is paused`,
        detail: query.lag === '0' ? 'It reads nothing until it is resumed.' : `${plural(query.lag, 'record')} wait for it.`,
        href,
      })
    if (query.badRecords !== '0')
      found.push({
        tone: 'warn',
        title: `${query.id} skipped ${plural(query.badRecords, 'bad record')}`,
        detail: 'They did not fit the types of its source.',
        href,
      })
  }
  if (health && !health.canAckAll)
    found.push({tone: 'warn', title: 'Acknowledgements of level ALL cannot be given here', detail: health.acksAll})
  const warning = health?.facts.find(({name}) => name === 'warning')
  if (warning) found.push({tone: 'warn', title: 'The store may delete acknowledged records', detail: warning.value})
  return found.toSorted((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
}
