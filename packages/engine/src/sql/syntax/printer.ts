import {assertNever} from '../../base/assert.ts'
import type {Identifier} from './ast.ts'
import {printExpression, printIdentifier, printList, printString, printType} from './print-expression.ts'
import {printDuration, printQuery} from './print-query.ts'
import type {Duration} from './query-ast.ts'
import type {
  AssertSchema,
  ColumnDefinition,
  CreateSource,
  CreateSourceAs,
  Describe,
  InsertValues,
  PrintTopic,
  Property,
  Show,
  Statement,
  ValueRow,
} from './statement-ast.ts'

/** Text that parses to the same statement, without a semicolon. Its spans differ; its `text` is this text. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'Select':
      return printQuery(statement.query)
    case 'Explain':
      return `EXPLAIN ${
        statement.subject.kind === 'QUERY'
          ? printIdentifier(statement.subject.queryId)
          : printStatement(statement.subject.statement)
      }`
    case 'Show':
      return printShow(statement)
    case 'Describe':
      return printDescribe(statement)
    case 'PrintTopic':
      return printPrint(statement)
    case 'ControlQuery':
      return `${statement.action} ${statement.queryId === undefined ? 'ALL' : printIdentifier(statement.queryId)}`
    case 'SetProperty':
      return `SET ${printString(statement.name)} = ${printString(statement.value)}`
    case 'UnsetProperty':
      return `UNSET ${printString(statement.name)}`
    case 'AlterSystem':
      return `ALTER SYSTEM ${printString(statement.name)} = ${printString(statement.value)}`
    case 'DefineVariable':
      return `DEFINE ${printIdentifier(statement.name)} = ${printString(statement.value)}`
    case 'UndefineVariable':
      return `UNDEFINE ${printIdentifier(statement.name)}`
    case 'RunScript':
      return `RUN SCRIPT ${printString(statement.path)}`
    default:
      return printChange(statement)
  }
}

type Change = Extract<
  Statement,
  {
    kind:
      | `Create${string}`
      | `Drop${string}`
      | `Insert${string}`
      | `Assert${string}`
      | 'AlterSource'
      | 'AlterTopic'
      | 'DeleteRows'
  }
>

function printChange(statement: Change): string {
  switch (statement.kind) {
    case 'CreateSource':
      return printCreateSource(statement)
    case 'CreateSourceAs':
      return joined(createHead(statement), printProperties(statement.properties), 'AS', printQuery(statement.query))
    case 'CreateType':
      return joined('CREATE TYPE', ifNotExists(statement), printIdentifier(statement.name), 'AS', printType(statement.type))
    case 'CreateIndex': {
      const {name, table, columns} = statement
      const head = joined('CREATE INDEX', ifNotExists(statement), name === undefined ? '' : printIdentifier(name))
      return `${head} ON ${printIdentifier(table)} ${printNames(columns)}`
    }
    case 'CreateTopic': {
      const {topic, properties} = statement
      return joined('CREATE TOPIC', ifNotExists(statement), printString(topic), printProperties(properties))
    }
    case 'AlterTopic':
      return joined('ALTER TOPIC', printString(statement.topic), printProperties(statement.properties))
    case 'DropTopic':
      return joined('DROP TOPIC', ifExists(statement.isIfExists), printString(statement.topic))
    case 'CreateConnector': {
      const {connectorKind, name, properties} = statement
      const head = joined('CREATE', connectorKind, 'CONNECTOR', ifNotExists(statement), printIdentifier(name))
      return joined(head, printProperties(properties))
    }
    case 'DropSource': {
      const {sourceKind, name, isIfExists, isDeleteTopic, isCascade} = statement
      const end = joined(isDeleteTopic ? 'DELETE TOPIC' : '', isCascade ? 'CASCADE' : '')
      return joined('DROP', sourceKind, ifExists(isIfExists), printIdentifier(name), end)
    }
    case 'DropType':
      return joined('DROP TYPE', ifExists(statement.isIfExists), printIdentifier(statement.name))
    case 'DropIndex':
      return joined('DROP INDEX', ifExists(statement.isIfExists), printIdentifier(statement.name))
    case 'DropConnector':
      return joined('DROP CONNECTOR', ifExists(statement.isIfExists), printIdentifier(statement.name))
    case 'InsertSelect': {
      const {target, properties, query} = statement
      return joined('INSERT INTO', printIdentifier(target), printProperties(properties), printQuery(query))
    }
    case 'InsertValues':
      return printInsertValues(statement)
    case 'AlterSource': {
      const {sourceKind, name, columns} = statement
      return `ALTER ${sourceKind} ${printIdentifier(name)} ${printList(columns, column => `ADD COLUMN ${printColumn(column)}`)}`
    }
    case 'DeleteRows':
      return `DELETE FROM ${printIdentifier(statement.table)} WHERE ${printExpression(statement.where)}`
    default:
      return printAssert(statement)
  }
}

function printAssert(statement: Extract<Change, {kind: `Assert${string}`}>): string {
  switch (statement.kind) {
    case 'AssertTopic': {
      const {isNegated, topic, properties, timeout} = statement
      return joined(assertHead(isNegated), 'TOPIC', printString(topic), printProperties(properties), printTimeout(timeout))
    }
    case 'AssertSchema':
      return printAssertSchema(statement)
    case 'AssertValues': {
      const {source, columns, row, timeout} = statement
      const head = joined('ASSERT VALUES', printIdentifier(source), printNames(columns))
      return joined(head, 'VALUES', printRow(row), printTimeout(timeout))
    }
    case 'AssertTombstone': {
      const {source, columns, key, timeout} = statement
      const head = joined('ASSERT NULL VALUES', printIdentifier(source), printNames(columns))
      return joined(head, 'KEY', printRow(key), printTimeout(timeout))
    }
    case 'AssertSource': {
      const {sourceKind, name, columns, properties} = statement
      return joined('ASSERT', sourceKind, printIdentifier(name), printColumns(columns), printProperties(properties))
    }
    default:
      return assertNever(statement)
  }
}

function printCreateSource(statement: CreateSource): string {
  return joined(createHead(statement), printColumns(statement.columns), printProperties(statement.properties))
}

function createHead(statement: CreateSource | CreateSourceAs): string {
  const {isOrReplace, sourceKind, name} = statement
  const isReadOnly = statement.kind === 'CreateSource' && statement.isReadOnly
  const head = joined('CREATE', isOrReplace ? 'OR REPLACE' : '', isReadOnly ? 'SOURCE' : '', sourceKind)
  return joined(head, ifNotExists(statement), printIdentifier(name))
}

function printInsertValues({target, columns, rows}: InsertValues): string {
  return joined('INSERT INTO', printIdentifier(target), printNames(columns), 'VALUES', printList(rows, printRow))
}

function printShow({subject, isAll, isExtended, connectorKind}: Show): string {
  return joined('SHOW', isAll ? 'ALL' : '', connectorKind ?? '', subject, isExtended ? 'EXTENDED' : '')
}

function printDescribe({subject, isExtended}: Describe): string {
  const kind = subject.kind === 'SOURCE' ? '' : subject.kind
  const name = 'name' in subject ? printIdentifier(subject.name) : 'topic' in subject ? printString(subject.topic) : ''
  return joined('DESCRIBE', kind, name, isExtended ? 'EXTENDED' : '')
}

function printPrint({topic, isFromBeginning, interval, limit}: PrintTopic): string {
  const sample = interval === undefined ? '' : `INTERVAL ${printExpression(interval)}`
  const end = limit === undefined ? '' : `LIMIT ${printExpression(limit)}`
  return joined('PRINT', printString(topic), isFromBeginning ? 'FROM BEGINNING' : '', sample, end)
}

function printAssertSchema({isNegated, subject, id, timeout}: AssertSchema): string {
  const what = subject === undefined ? '' : `SUBJECT ${printString(subject)}`
  return joined(assertHead(isNegated), 'SCHEMA', what, id === undefined ? '' : `ID ${id.text}`, printTimeout(timeout))
}

function assertHead(isNegated: boolean): string {
  return isNegated ? 'ASSERT NOT EXISTS' : 'ASSERT'
}

function printTimeout(timeout: Duration | undefined): string {
  return timeout === undefined ? '' : `TIMEOUT ${printDuration(timeout)}`
}

function ifNotExists({isIfNotExists}: {readonly isIfNotExists: boolean}): string {
  return isIfNotExists ? 'IF NOT EXISTS' : ''
}

function ifExists(isIfExists: boolean): string {
  return isIfExists ? 'IF EXISTS' : ''
}

function printProperties(properties: readonly Property[]): string {
  if (properties.length === 0) return ''
  return `WITH (${printList(properties, ({name, value}) => `${printIdentifier(name)} = ${printExpression(value)}`)})`
}

function printColumns(columns: readonly ColumnDefinition[] | undefined): string {
  return columns === undefined ? '' : `(${printList(columns, printColumn)})`
}

/** `id BIGINT PRIMARY KEY`. */
export function printColumn({name, type, constraint}: ColumnDefinition): string {
  const suffix = constraint?.kind === 'HEADER' ? `HEADER(${printString(constraint.key)})` : (constraint?.kind ?? '')
  return joined(printIdentifier(name), printType(type), suffix)
}

function printNames(names: readonly Identifier[] | undefined): string {
  return names === undefined ? '' : `(${printList(names, printIdentifier)})`
}

function printRow({values}: ValueRow): string {
  return `(${printList(values, printExpression)})`
}

function joined(...parts: readonly string[]): string {
  return parts.filter(part => part !== '').join(' ')
}
