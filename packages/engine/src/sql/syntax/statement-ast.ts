import type {Expression, Identifier, IntegerLiteral, Literal, Node, Parameter, TypeNode} from './ast.ts'
import type {Count, Duration, Query} from './query-ast.ts'

/** `text` is the statement as written, without its semicolon: `source.slice(span.start, span.end)`. */
interface StatementBase extends Node {
  readonly text: string
}

export type Statement =
  | SelectStatement
  | CreateSource
  | CreateSourceAs
  | InsertSelect
  | InsertValues
  | DropSource
  | AlterSource
  | DeleteRows
  | CreateTopic
  | AlterTopic
  | DropTopic
  | CreateIndex
  | DropIndex
  | CreateType
  | DropType
  | CreateConnector
  | DropConnector
  | ControlQuery
  | SetProperty
  | UnsetProperty
  | AlterSystem
  | DefineVariable
  | UndefineVariable
  | Show
  | Describe
  | Explain
  | PrintTopic
  | AssertTopic
  | AssertSchema
  | AssertValues
  | AssertTombstone
  | AssertSource
  | RunScript

export type SourceKind = 'STREAM' | 'TABLE'

/** A push query when its EMIT clause is there, else a pull query. */
export interface SelectStatement extends StatementBase {
  readonly kind: 'Select'
  readonly query: Query
}

interface CreateBase extends StatementBase {
  readonly sourceKind: SourceKind
  readonly name: Identifier
  readonly isOrReplace: boolean
  readonly isIfNotExists: boolean
  readonly properties: readonly Property[]
}

export interface CreateSource extends CreateBase {
  readonly kind: 'CreateSource'
  /** `CREATE SOURCE STREAM`: read only. */
  readonly isReadOnly: boolean
  /** `undefined`: no list was given, the columns come from a schema. */
  readonly columns: readonly ColumnDefinition[] | undefined
}

/** CREATE STREAM or TABLE … AS SELECT. */
export interface CreateSourceAs extends CreateBase {
  readonly kind: 'CreateSourceAs'
  readonly query: Query
}

export interface ColumnDefinition extends Node {
  readonly name: Identifier
  readonly type: TypeNode
  readonly constraint: ColumnConstraint | undefined
}

export type ColumnConstraint =
  | {readonly kind: 'KEY'; readonly span: Node['span']}
  | {readonly kind: 'PRIMARY KEY'; readonly span: Node['span']}
  | {readonly kind: 'HEADERS'; readonly span: Node['span']}
  | {readonly kind: 'HEADER'; readonly span: Node['span']; readonly key: string}

/** One `name = value` of WITH. A name written as text or in quotes is `isQuoted`. */
export interface Property extends Node {
  readonly name: Identifier
  readonly value: Literal | Parameter
}

export interface InsertSelect extends StatementBase {
  readonly kind: 'InsertSelect'
  readonly target: Identifier
  readonly properties: readonly Property[]
  readonly query: Query
}

export interface InsertValues extends StatementBase {
  readonly kind: 'InsertValues'
  readonly target: Identifier
  /** `undefined`: no list was given, the values are for all columns in their order. */
  readonly columns: readonly Identifier[] | undefined
  /** At least one row. */
  readonly rows: readonly ValueRow[]
}

export interface ValueRow extends Node {
  readonly values: readonly Expression[]
}

export interface DropSource extends StatementBase {
  readonly kind: 'DropSource'
  readonly sourceKind: SourceKind
  readonly name: Identifier
  readonly isIfExists: boolean
  readonly isDeleteTopic: boolean
  /** With all that queries make of it. */
  readonly isCascade: boolean
}

/** ADD COLUMN is all there is to alter. At least one column, none with a constraint. */
export interface AlterSource extends StatementBase {
  readonly kind: 'AlterSource'
  readonly sourceKind: SourceKind
  readonly name: Identifier
  readonly columns: readonly ColumnDefinition[]
}

export interface DeleteRows extends StatementBase {
  readonly kind: 'DeleteRows'
  readonly table: Identifier
  readonly where: Expression
}

/** Names of topics keep their case, as written. */
export interface CreateTopic extends StatementBase {
  readonly kind: 'CreateTopic'
  readonly isIfNotExists: boolean
  readonly topic: string
  readonly properties: readonly Property[]
}

export interface AlterTopic extends StatementBase {
  readonly kind: 'AlterTopic'
  readonly topic: string
  /** At least one. */
  readonly properties: readonly Property[]
}

export interface DropTopic extends StatementBase {
  readonly kind: 'DropTopic'
  readonly isIfExists: boolean
  readonly topic: string
}

export interface CreateIndex extends StatementBase {
  readonly kind: 'CreateIndex'
  readonly isIfNotExists: boolean
  /** `undefined`: the catalog makes a name. */
  readonly name: Identifier | undefined
  readonly table: Identifier
  /** At least one. */
  readonly columns: readonly Identifier[]
}

export interface DropIndex extends StatementBase {
  readonly kind: 'DropIndex'
  readonly isIfExists: boolean
  readonly name: Identifier
}

export interface CreateType extends StatementBase {
  readonly kind: 'CreateType'
  readonly isIfNotExists: boolean
  readonly name: Identifier
  readonly type: TypeNode
}

export interface DropType extends StatementBase {
  readonly kind: 'DropType'
  readonly isIfExists: boolean
  readonly name: Identifier
}

export type ConnectorKind = 'SOURCE' | 'SINK'

export interface CreateConnector extends StatementBase {
  readonly kind: 'CreateConnector'
  readonly connectorKind: ConnectorKind
  readonly isIfNotExists: boolean
  readonly name: Identifier
  readonly properties: readonly Property[]
}

export interface DropConnector extends StatementBase {
  readonly kind: 'DropConnector'
  readonly isIfExists: boolean
  readonly name: Identifier
}

/** TERMINATE, PAUSE, RESUME; `queryId` is `undefined` for ALL. */
export interface ControlQuery extends StatementBase {
  readonly kind: 'ControlQuery'
  readonly action: 'TERMINATE' | 'PAUSE' | 'RESUME'
  readonly queryId: Identifier | undefined
}

export interface SetProperty extends StatementBase {
  readonly kind: 'SetProperty'
  readonly name: string
  readonly value: string
}

export interface UnsetProperty extends StatementBase {
  readonly kind: 'UnsetProperty'
  readonly name: string
}

export interface AlterSystem extends StatementBase {
  readonly kind: 'AlterSystem'
  readonly name: string
  readonly value: string
}

/** Takes effect on the statements that follow in the same script while parsing. */
export interface DefineVariable extends StatementBase {
  readonly kind: 'DefineVariable'
  readonly name: Identifier
  readonly value: string
}

export interface UndefineVariable extends StatementBase {
  readonly kind: 'UndefineVariable'
  readonly name: Identifier
}

export type ShowSubject =
  | 'PROPERTIES'
  | 'TOPICS'
  | 'STREAMS'
  | 'TABLES'
  | 'QUERIES'
  | 'FUNCTIONS'
  | 'TYPES'
  | 'VARIABLES'
  | 'INDEXES'
  | 'CONNECTORS'
  | 'CONNECTOR PLUGINS'

/** SHOW or LIST. */
export interface Show extends StatementBase {
  readonly kind: 'Show'
  readonly subject: ShowSubject
  /** `SHOW ALL TOPICS`: internal ones too. */
  readonly isAll: boolean
  readonly isExtended: boolean
  /** `SHOW SOURCE CONNECTORS`; `undefined`: both. */
  readonly connectorKind: ConnectorKind | undefined
}

export interface Describe extends StatementBase {
  readonly kind: 'Describe'
  readonly subject: DescribeSubject
  readonly isExtended: boolean
}

export type DescribeSubject =
  | {readonly kind: 'SOURCE'; readonly name: Identifier}
  | {readonly kind: 'FUNCTION'; readonly name: Identifier}
  | {readonly kind: 'CONNECTOR'; readonly name: Identifier}
  | {readonly kind: 'TOPIC'; readonly topic: string}
  | {readonly kind: 'STREAMS'}
  | {readonly kind: 'TABLES'}

export interface Explain extends StatementBase {
  readonly kind: 'Explain'
  readonly subject:
    | {readonly kind: 'STATEMENT'; readonly statement: Statement}
    | {readonly kind: 'QUERY'; readonly queryId: Identifier}
}

export interface PrintTopic extends StatementBase {
  readonly kind: 'PrintTopic'
  /** Case as written, also without quotes: topic names are case-sensitive. */
  readonly topic: string
  readonly isFromBeginning: boolean
  /** Every nth record. */
  readonly interval: Count | undefined
  readonly limit: Count | undefined
}

export interface AssertTopic extends StatementBase {
  readonly kind: 'AssertTopic'
  readonly isNegated: boolean
  /** Case as written. */
  readonly topic: string
  readonly properties: readonly Property[]
  readonly timeout: Duration | undefined
}

export interface AssertSchema extends StatementBase {
  readonly kind: 'AssertSchema'
  readonly isNegated: boolean
  readonly subject: string | undefined
  readonly id: IntegerLiteral | undefined
  readonly timeout: Duration | undefined
}

export interface AssertValues extends StatementBase {
  readonly kind: 'AssertValues'
  readonly source: Identifier
  readonly columns: readonly Identifier[] | undefined
  readonly row: ValueRow
  readonly timeout: Duration | undefined
}

export interface AssertTombstone extends StatementBase {
  readonly kind: 'AssertTombstone'
  readonly source: Identifier
  readonly columns: readonly Identifier[] | undefined
  readonly key: ValueRow
  readonly timeout: Duration | undefined
}

export interface AssertSource extends StatementBase {
  readonly kind: 'AssertSource'
  readonly sourceKind: SourceKind
  readonly name: Identifier
  readonly columns: readonly ColumnDefinition[] | undefined
  readonly properties: readonly Property[]
}

export interface RunScript extends StatementBase {
  readonly kind: 'RunScript'
  readonly path: string
}
