import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'

/** What a statement did, as its result names it: `CREATE_STREAM`, `SHOW_TOPICS`. */
export function statementKind(statement: CompiledStatement): string {
  switch (statement.kind) {
    case 'create-source':
      return `CREATE_${statement.source.kind.toUpperCase()}`
    case 'create-as':
      return `CREATE_${statement.source.kind.toUpperCase()}_AS_SELECT`
    case 'drop-source':
      return `DROP_${statement.source.kind.toUpperCase()}`
    case 'alter-source':
      return `ALTER_${statement.source.kind.toUpperCase()}`
    case 'control-query':
      return `${statement.action.toUpperCase()}_QUERY`
    case 'show':
      return `SHOW_${statement.subject.replaceAll(' ', '_')}`
    case 'describe-sources':
      return `DESCRIBE_${statement.of.toUpperCase()}S`
    case 'set-property':
      return statement.isSystemWide ? 'ALTER_SYSTEM' : 'SET_PROPERTY'
    case 'no-op':
      return 'NO_OP'
    default:
      return statement.kind.replaceAll('-', '_').toUpperCase()
  }
}
