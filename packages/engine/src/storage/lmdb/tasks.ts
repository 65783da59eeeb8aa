import type {Offset, TopicPartition} from '../../record/record.ts'
import {parsePartitionKey, partitionKey} from '../../record/record.ts'
import type {TaskId} from '../port/task-commit.ts'
import type {Environment} from './environment.ts'
import {keys} from './keys.ts'
import {decodeIfPresent, numberRow, taskRow, put} from './rows.ts'
import type {TaskRow} from './rows.ts'

type Position = TopicPartition & {readonly next: Offset}

const keyOf = ({query, subTopology, partition}: TaskId): Uint8Array => keys.task(query, subTopology, partition)

export const findTask = (env: Environment, task: TaskId): TaskRow | undefined =>
  decodeIfPresent(env.meta, keyOf(task), taskRow.decode)

export const putTask = (env: Environment, task: TaskId, row: TaskRow): void => put(env.meta, keyOf(task), taskRow.encode(row))

export const changelogStart = (env: Environment, task: number): number =>
  decodeIfPresent(env.meta, keys.changelogStart(task), numberRow.decode) ?? 0

export const taskPositions = (task: TaskRow): Position[] =>
  Object.entries(task.consumed).map(([place, next]) => ({...parsePartitionKey(place), next}))

export const withPositions = (task: TaskRow, moved: readonly Position[]): TaskRow => ({
  ...task,
  consumed: {...task.consumed, ...Object.fromEntries(moved.map(position => [partitionKey(position), position.next]))},
})
