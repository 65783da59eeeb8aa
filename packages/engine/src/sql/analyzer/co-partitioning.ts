import {KAFKA, type Format} from '../../plan/formats.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import {firstInput, type LogicalNode} from '../logical/node.ts'
import type {Join} from '../syntax/query-ast.ts'
import type {Relations} from './from.ts'
import {refuse} from './refusal.ts'

/** Partitions of a node's rows. */
export function partitionsOf(node: LogicalNode): number {
  if (node.kind === 'source') return node.source.partitions
  if (node.kind === 'rekey') return node.partitions
  return partitionsOf(firstInput(node))
}

/** The format whose key bytes decide the partition of a node's rows. */
export function keyFormatOf(node: LogicalNode): Format {
  if (node.kind === 'source') return node.source.formats.key
  if (node.kind === 'rekey') return node.keyFormat
  return keyFormatOf(firstInput(node))
}

export function refuseMismatchedPartitions(left: Relations, right: Relations, join: Join): void {
  const [l, r] = [partitionsOf(left.node), partitionsOf(right.node)]
  if (l === r) return
  const [leftName, rightName] = [left.scope.sources[0]?.source.name ?? '', right.scope.sources[0]?.source.name ?? '']
  refuse(
    `Can't join \`${leftName}\` with \`${rightName}\` since the number of partitions don't match. ` +
      `\`${leftName}\` partitions = ${l}; \`${rightName}\` partitions = ${r}. ` +
      'Please repartition either one so that the number of partitions match.',
    join,
    `A copy with as many partitions: CREATE … WITH (PARTITIONS=${l}) AS SELECT * FROM ${rightName}.`,
  )
}

const json: Format = {name: 'JSON', settings: {}}
const kafkaKinds = ['INT', 'BIGINT', 'DOUBLE', 'VARCHAR', 'BYTES']

/** The key format of a repartition topic: that of the source as long as it can hold the new key, else JSON. */
export function repartitionFormat(source: Format, key: readonly SqlType[]): Format {
  const format = source.name === 'NONE' ? KAFKA : source
  const [only] = key
  const isPrimitive = key.every(type => type.kind !== 'ARRAY' && type.kind !== 'STRUCT' && type.kind !== 'MAP')
  if (format.name === 'KAFKA') return key.length === 1 && only !== undefined && kafkaKinds.includes(only.kind) ? format : json
  return format.name === 'DELIMITED' && !isPrimitive ? json : format
}
