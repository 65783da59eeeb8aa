import {didYouMean, refuse} from '../analyzer/refusal.ts'
import type {Action} from './compiled-statement.ts'
import type {StatementOf} from './statement-context.ts'

const flag = ['true', 'false']
const count = 'a whole number'

/** Properties that something reads, and what they may be. */
const known: Readonly<Record<string, readonly string[] | typeof count | 'text'>> = {
  'auto.offset.reset': ['earliest', 'latest'],
  'cache.max.bytes.buffering': count,
  'ksql.functions.collect_list.limit': count,
  'ksql.functions.collect_set.limit': count,
  'ksql.functions.substring.legacy.args': flag,
  'ksql.new.query.planner.enabled': flag,
  'ksql.output.topic.name.prefix': 'text',
  'ksql.persistence.default.format.key': 'text',
  'ksql.persistence.default.format.value': 'text',
  'ksql.persistence.wrap.single.values': flag,
  'ksql.query.pull.range.scan.enabled': flag,
  'ksql.query.pull.table.scan.enabled': flag,
  'ksql.sink.partitions': count,
  'millrace.changelog.bytes.max': count,
  'millrace.commit.acks': ['leader', 'all'],
  'millrace.evaluator': ['generated', 'interpreted'],
  'millrace.on.corrupt.batch': 'text',
}

/** SET and ALTER SYSTEM. A name that nothing reads is no mistake: scripts for ksqlDB set many. */
export function compileSetProperty(
  statement: StatementOf<'SetProperty' | 'AlterSystem'>,
): Action & {readonly warnings: readonly string[]} {
  const {name, value} = statement
  const action = {kind: 'set-property', name, value, isSystemWide: statement.kind === 'AlterSystem'} as const
  const plain = name.toLowerCase()
  const rule = Object.hasOwn(known, plain) ? known[plain] : undefined
  if (rule === undefined) return {...action, warnings: [unread(name)]}
  if (rule === count && !/^-?\d{1,15}$/.test(value)) refuse(`Invalid value '${value}' for ${name}: expected ${count}.`, statement)
  if (typeof rule !== 'string' && !rule.includes(value.toLowerCase()))
    refuse(`Invalid value '${value}' for ${name}: expected ${rule.join(' or ')}.`, statement, didYouMean(value, rule))
  return {...action, warnings: []}
}

function unread(name: string): string {
  const close = didYouMean(name.toLowerCase(), Object.keys(known))
  return `Nothing here reads the property ${name}.${close === undefined ? '' : ` ${close}`}`
}
