import type {Sink} from '../../plan/query-plan.ts'
import type {Source} from '../../plan/source.ts'
import type {Step} from '../../plan/step.ts'
import type {Schema} from '../../schema/schema.ts'

/** Where a query writes rows of `schema`: the topic of a source. */
export const sinkOf = (target: Source, root: Step, schema: Schema): Sink => ({
  sourceName: target.name,
  topic: target.topic,
  partitions: target.partitions,
  formats: target.formats,
  schema,
  ...(root.window === undefined ? {} : {window: root.window}),
  ...(target.timestamp === undefined ? {} : {timestamp: extractionOf(target.timestamp)}),
  ...keysWritten(root),
})

/** Where PARTITION BY computes the key. */
function keysWritten(root: Step): {readonly keepsNullKeys?: true} {
  if (root.kind === 'rekey') return root.onNullKey === 'keep' ? {keepsNullKeys: true} : {}
  return root.kind === 'project' || root.kind === 'filter' || root.kind === 'flat-map' ? keysWritten(root.input) : {}
}

const extractionOf = ({column, format}: NonNullable<Source['timestamp']>) => (format === undefined ? {column} : {column, format})
