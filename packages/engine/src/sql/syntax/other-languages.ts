import type {Cursor} from './cursor.ts'

const ofCommandLine = 'it is a command of a command line: send the statements themselves'
const transactions = 'a script is checked as a whole before any of it runs; there are no transactions over statements'

/** First words of statements that other databases and tools have, and what there is instead. */
const instead: ReadonlyMap<string, string> = new Map([
  ['UPDATE', 'INSERT INTO with the key of a row of a table replaces the row'],
  ['UPSERT', 'INSERT INTO with the key of a row of a table replaces the row'],
  ['REPLACE', 'INSERT INTO with the key of a row of a table replaces the row'],
  ['MERGE', 'INSERT INTO with the key of a row of a table replaces the row'],
  ['TRUNCATE', 'DROP … DELETE TOPIC and CREATE start over; DELETE FROM takes rows of a table by their keys'],
  ['GRANT', 'who may do what is decided by the tokens of the server'],
  ['REVOKE', 'who may do what is decided by the tokens of the server'],
  ['BEGIN', transactions],
  ['START', transactions],
  ['COMMIT', transactions],
  ['ROLLBACK', transactions],
  ['USE', 'there is one catalog'],
  ['CALL', 'functions are called in expressions; SHOW FUNCTIONS lists them'],
  ['VALUES', 'INSERT INTO … VALUES writes rows'],
  ['SPOOL', ofCommandLine],
  ['HISTORY', ofCommandLine],
  ['OUTPUT', ofCommandLine],
  ['CLEAR', ofCommandLine],
  ['EXIT', ofCommandLine],
  ['QUIT', ofCommandLine],
  ['SERVER', ofCommandLine],
  ['VERSION', ofCommandLine],
  ['WIDTH', ofCommandLine],
  ['WRAP', ofCommandLine],
  ['REQUEST_PIPELINING', ofCommandLine],
  ['EMIT', 'EMIT CHANGES belongs to the SELECT before it: a semicolon ends a statement'],
])

/** Refuses a statement that is none here but elsewhere, with what to write. */
export function refuseOtherLanguages(cursor: Cursor): void {
  const {kind, text} = cursor.peek()
  const hint = kind === 'word' ? instead.get(text) : undefined
  if (hint !== undefined) cursor.fail(hint)
}

/** What other databases create, and what there is instead. */
export const otherThings: ReadonlyMap<string, string> = new Map([
  ['VIEW', 'CREATE STREAM … AS SELECT and CREATE TABLE … AS SELECT keep the result of a query up to date'],
  ['MATERIALIZED', 'CREATE TABLE … AS SELECT keeps the result of a query up to date'],
  ['FUNCTION', 'functions of your own are TypeScript modules that the server loads at its start'],
  ['DATABASE', 'there is one catalog'],
  ['SCHEMA', 'there is one catalog; columns belong to streams and tables'],
  ['USER', 'who may do what is decided by the tokens of the server'],
  ['UNIQUE', 'CREATE INDEX … ON table (column): only the key of a table is unique'],
])
