import {builder} from './builder.ts'
import './statements.ts'
import './push.ts'
import './topics.ts'
import './records.ts'
import './produce.ts'
import './groups.ts'
import './sources.ts'
import './queries.ts'
import './functions.ts'
import './metrics.ts'

/** The fixed half of the schema. */
export const buildSchema = () => builder.toSchema()
