import type {SqlDiagnostic} from '../syntax/diagnostic.ts'
import type {Statement} from '../syntax/statement-ast.ts'

/**
 * What is wrong with a script. A statement that uses a name of one that was refused is in doubt: what it would be told follows
 * from that refusal, so nothing is said about it.
 */
export class ScriptProblems {
  readonly found: SqlDiagnostic[] = []
  readonly #doubtful = new Set<string>()

  add(diagnostic: SqlDiagnostic, names: readonly string[]): void {
    this.found.push(diagnostic)
    for (const name of names) this.#doubtful.add(name)
  }

  isDoubtful(statement: Statement): boolean {
    return this.#doubtful.size > 0 && hasName(statement, this.#doubtful)
  }

  addDoubtful(statement: Statement): void {
    for (const name of namesMade(statement)) this.#doubtful.add(name)
  }
}

/** Names that statements behind this one may use because of it. */
export function namesMade(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case 'CreateSource':
    case 'CreateSourceAs':
    case 'AlterSource':
    case 'DropSource':
    case 'CreateType':
    case 'DropType':
      return [statement.name.text]
    case 'CreateIndex':
      return statement.name === undefined ? [] : [statement.name.text]
    default:
      return []
  }
}

function hasName(part: unknown, names: ReadonlySet<string>): boolean {
  if (Array.isArray(part)) return part.some(item => hasName(item, names))
  if (typeof part !== 'object' || part === null) return false
  if ('isQuoted' in part && 'text' in part && typeof part.text === 'string') return names.has(part.text)
  return Object.values(part).some(value => hasName(value, names))
}
