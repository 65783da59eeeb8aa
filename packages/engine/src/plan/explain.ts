import {printSchema} from '../schema/schema.ts'
import {exprText} from './expr-text.ts'
import {inputsOf} from './plan-sources.ts'
import type {PersistentPlan} from './query-plan.ts'
import type {Step, WindowSpec} from './step.ts'

/** A plan as a text tree, the result on top, what it reads at the bottom. */
export function explainPersistent({queryId, root, sink}: PersistentPlan): string {
  const store = sink.store === undefined ? '' : `, kept in store ${sink.store}`
  return [`${queryId} → ${sink.sourceName}, topic ${sink.topic} × ${sink.partitions}${store}`, ...lines(root, '')].join('\n')
}

/** A step and those below it as a text tree. */
export const explainStep = (root: Step): string => lines(root, '').join('\n')

function lines(step: Step, indent: string): string[] {
  const inputs = inputsOf(step)
  const head = `${indent}${step.id} (${step.gives}): ${detail(step)}`
  return [head, `${indent}  ${printSchema(step.schema)}`, ...inputs.flatMap(input => lines(input, `${indent}    `))]
}

function detail(step: Step): string {
  switch (step.kind) {
    case 'source':
      return `reads ${step.sourceName} from topic ${step.topic}${step.store === undefined ? '' : `, keeps rows in ${step.store}`}`
    case 'filter':
      return `where ${exprText(step.where)}`
    case 'project':
      return step.value.map(exprText).join(', ')
    case 'flat-map':
      return step.functions.map(({function: name, args}) => `${name}(${args.map(exprText).join(', ')})`).join(', ')
    case 'rekey':
      return `by ${step.key.map(exprText).join(', ') || 'nothing'}${step.needsRepartition ? `, through a repartition topic × ${step.partitions}` : ''}`
    case 'aggregate': {
      const calls = step.aggregations.map(({function: name, args}) => `${name}(${args.map(exprText).join(', ')})`).join(', ')
      return `${calls}${step.over === undefined ? ' in state that grows with the number of keys' : ` over ${windowText(step.over)}`}, store ${step.store}`
    }
    case 'suppress':
      return `holds windows back until they close, grace ${step.graceMs} ms, store ${step.store}`
    case 'distinct':
      return 'each row once'
    case 'union':
      return 'the rows of both'
    case 'stream-stream-join':
      return `${step.join}, within ${step.beforeMs} ms before and ${step.afterMs} ms after`
    case 'foreign-key-join':
      return `${step.join}, on ${exprText(step.foreignKey)}`
    default:
      return step.join
  }
}

function windowText(over: WindowSpec): string {
  const size = over.kind === 'session' ? `gap ${over.gapMs} ms` : `size ${over.sizeMs} ms`
  const advance = over.kind === 'hopping' ? `, advance ${over.advanceMs} ms` : ''
  return `${over.kind} windows of ${size}${advance}, grace ${over.graceMs} ms, kept for ${over.retentionMs} ms`
}
