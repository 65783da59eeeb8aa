/**
 * Who may import whom inside `packages/engine/src`: a room may import its own files, `base`, and the rooms named here.
 * The tidy test enforces it and checks that ARCHITECTURE.md of the engine says the same.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  record: [],
  schema: ['record'],
  chunk: ['schema', 'record'],
  expr: ['schema', 'record'],
  plan: ['expr', 'schema', 'record'],
  'storage/port': ['record'],
  'storage/redis': ['storage/port', 'record'],
  'storage/lmdb': ['storage/port', 'record'],
  'storage/simulated': ['storage/port', 'record'],
  batch: ['chunk', 'schema', 'record'],
  serde: ['batch', 'chunk', 'plan', 'expr', 'schema', 'record', 'storage/port'],
  codegen: ['chunk', 'expr', 'schema', 'record'],
  state: ['storage/port', 'batch', 'serde', 'plan', 'chunk', 'schema', 'record'],
  log: ['storage/port', 'batch', 'serde', 'plan', 'chunk', 'schema', 'record'],
  groups: ['storage/port', 'log', 'batch', 'serde', 'plan', 'chunk', 'schema', 'record'],
  operators: ['state', 'codegen', 'batch', 'plan', 'expr', 'chunk', 'schema', 'record'],
  sql: ['plan', 'expr', 'schema', 'record'],
  topology: ['operators', 'plan', 'codegen', 'state', 'serde', 'batch', 'expr', 'chunk', 'schema', 'record', 'storage/port'],
  catalog: ['plan', 'batch', 'log', 'storage/port', 'expr', 'schema', 'record'],
  runtime: ['topology', 'operators', 'catalog', 'groups', 'log', 'state', 'serde', 'batch', 'codegen', 'plan', 'expr', 'chunk', 'storage/port', 'schema', 'record'],
  query: ['runtime', 'topology', 'operators', 'catalog', 'state', 'log', 'groups', 'serde', 'batch', 'codegen', 'plan', 'expr', 'chunk', 'storage/port', 'schema', 'record', 'sql'],
}

/** Packages that only these rooms may import. */
export const driversOf: Readonly<Record<string, string>> = {ioredis: 'storage/redis', lmdb: 'storage/lmdb'}
