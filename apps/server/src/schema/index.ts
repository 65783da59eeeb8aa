import {lexicographicSortSchema, printSchema} from 'graphql'
import {builder} from './builder.ts'
import './statements.ts'
import './push.ts'
import './topics.ts'
import './records.ts'
import './produce.ts'
import './groups.ts'
import './reset-offsets.ts'
import './key-events.ts'
import './sources.ts'
import './queries.ts'
import './functions.ts'
import './health.ts'
import './metrics.ts'

/** The fixed half of the schema. */
export const buildSchema = () => builder.toSchema()

/** As the schema definition language, sorted. */
export const printSchemaText = (): string => `${printSchema(lexicographicSortSchema(buildSchema()))}\n`
