import type {Operator} from './operator.ts'

/** UNION ALL: rows pass as they come from either side. */
export const unionOperator = (): Operator => ({process: (_port, chunk, emit) => emit(chunk)})
