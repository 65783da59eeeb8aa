import type {AliasedRelation, Query} from '../syntax/query-ast.ts'
import type {Identifier} from '../syntax/ast.ts'
import type {Environment} from './environment.ts'
import {refuse} from './refusal.ts'

/** The environment in which the FROM of a query is read: with the queries that its WITH names. */
export function withNamedQueries({ctes}: Query, env: Environment): Environment {
  let inner = env
  const own = new Set<string>()
  for (const {name, query} of ctes) {
    if (own.has(name.text)) refuse(`WITH names ${name.text} twice.`, name)
    own.add(name.text)
    inner = {...inner, named: new Map([...(inner.named ?? []), [name.text, {query, env: inner}]])}
  }
  return inner
}

export type SubSelect = {readonly query: Query; readonly env: Environment; readonly alias: string}

/** The query that a relation stands for; undefined when it names a source. */
export function subSelectOf(relation: AliasedRelation, env: Environment): SubSelect | undefined {
  if (relation.kind === 'SubQuery') return {query: relation.query, env, alias: aliasOf(relation.alias, relation)}
  const named = env.named?.get(relation.name.text)
  return named && {...named, alias: relation.alias?.text ?? relation.name.text}
}

const aliasOf = (alias: Identifier | undefined, relation: AliasedRelation): string =>
  alias?.text ?? refuse('A sub-query in FROM needs a name.', relation, 'Put one behind it: FROM (SELECT …) AS a.')
