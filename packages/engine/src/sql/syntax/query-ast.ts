import type {Expression, Identifier, IntegerLiteral, Node, Parameter} from './ast.ts'

/** A SELECT, with the clauses in the order in which they are written. Those behind `unions` are for all of it together. */
export interface Query extends Node {
  readonly kind: 'Query'
  readonly ctes: readonly Cte[]
  readonly isDistinct: boolean
  readonly select: readonly SelectItem[]
  readonly from: Relation
  readonly window: WindowClause | undefined
  readonly where: Expression | undefined
  /** `undefined`: no GROUP BY. `GROUP BY (a, b)` and `GROUP BY a, b` are the same. */
  readonly groupBy: KeyClause | undefined
  readonly partitionBy: KeyClause | undefined
  readonly having: Expression | undefined
  readonly unions: readonly UnionPart[]
  readonly orderBy: readonly OrderItem[]
  readonly emit: EmitClause | undefined
  readonly limit: Count | undefined
  readonly offset: Count | undefined
}

/** `WITH name AS (query)`. A later one may name an earlier one. */
export interface Cte extends Node {
  readonly name: Identifier
  readonly query: Query
}

/** `UNION ALL query`, or `UNION query`. The query has no clauses behind HAVING and no WITH. */
export interface UnionPart extends Node {
  readonly isAll: boolean
  readonly query: Query
}

export type SelectItem = SelectExpression | SelectStar | SelectStructStar

export interface SelectExpression extends Node {
  readonly kind: 'SelectExpression'
  readonly expression: Expression
  readonly alias: Identifier | undefined
}

/** `*`, or `source.*` with a qualifier. */
export interface SelectStar extends Node {
  readonly kind: 'SelectStar'
  readonly qualifier: Identifier | undefined
}

/** `struct->*`. */
export interface SelectStructStar extends Node {
  readonly kind: 'SelectStructStar'
  readonly base: Expression
}

export type Relation = Join | AliasedRelation

export type AliasedRelation = SourceRef | SubQuery

export interface SourceRef extends Node {
  readonly kind: 'SourceRef'
  readonly name: Identifier
  readonly alias: Identifier | undefined
}

export interface SubQuery extends Node {
  readonly kind: 'SubQuery'
  readonly query: Query
  readonly alias: Identifier | undefined
}

/** Joins are left-deep: `a JOIN b … JOIN c …` has the first join as `left` of the second. */
export interface Join extends Node {
  readonly kind: 'Join'
  readonly joinType: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL'
  readonly left: Relation
  readonly right: AliasedRelation
  readonly within: JoinWindow | undefined
  readonly on: Expression
}

/** `WITHIN n` arrives with both durations equal. */
export interface JoinWindow extends Node {
  readonly before: Duration
  readonly after: Duration
  readonly grace: Duration | undefined
}

export type TimeUnit = 'DAYS' | 'HOURS' | 'MINUTES' | 'SECONDS' | 'MILLISECONDS'

/** Singular units arrive as plural. */
export interface Duration extends Node {
  readonly amount: Count
  readonly unit: TimeUnit
}

/** A number that is not negative and has no fraction, or a parameter that must be bound to one. */
export type Count = IntegerLiteral | Parameter

export type WindowClause = TumblingWindow | HoppingWindow | SessionWindow

interface WindowBase extends Node {
  readonly retention: Duration | undefined
  readonly grace: Duration | undefined
}

export interface TumblingWindow extends WindowBase {
  readonly kind: 'TumblingWindow'
  readonly size: Duration
}

export interface HoppingWindow extends WindowBase {
  readonly kind: 'HoppingWindow'
  readonly size: Duration
  readonly advance: Duration
}

export interface SessionWindow extends WindowBase {
  readonly kind: 'SessionWindow'
  readonly gap: Duration
}

/** GROUP BY or PARTITION BY; `GROUP BY ()` has no expressions. */
export interface KeyClause extends Node {
  readonly expressions: readonly Expression[]
}

export interface OrderItem extends Node {
  readonly expression: Expression
  readonly isDescending: boolean
  /** `undefined`: not said. */
  readonly nulls: 'FIRST' | 'LAST' | undefined
}

export interface EmitClause extends Node {
  readonly mode: 'CHANGES' | 'FINAL'
}
