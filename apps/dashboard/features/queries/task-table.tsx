import {Workflow} from 'lucide-react'
import type {Task, TaskInput} from '../../graphql/queries.ts'
import {exact} from '../../lib/format.ts'
import {routes} from '../../lib/routes.ts'
import {Empty} from '../../ui/faces.tsx'
import {Compact} from '../../ui/number.tsx'
import {Table} from '../../ui/table.tsx'
import {TextLink} from '../../ui/text-link.tsx'

type InputRow = {readonly task: Task; readonly input: TaskInput}

/** A line for each partition that a task reads: how far it has come, and how much is left. */
export function TaskTable({tasks}: {readonly tasks: readonly Task[]}) {
  const rows = tasks.flatMap(task => task.inputs.map((input): InputRow => ({task, input})))
  if (rows.length === 0)
    return (
      <Empty icon={Workflow} title="No tasks">
        They run while the query does.
      </Empty>
    )
  return (
    <div className="max-h-96 overflow-y-auto">
      <Table
        label="Tasks"
        rows={rows}
        keyOf={({task, input}) => `${task.id}:${input.topic}:${input.partition}`}
        columns={[
          {name: 'Task', isMono: true, cell: ({task}) => task.id},
          {name: 'Topic', cell: ({input}) => <TextLink href={routes.topic(input.topic)}>{input.topic}</TextLink>},
          {name: 'Partition', isNumber: true, cell: ({input}) => input.partition},
          {name: 'Position', isNumber: true, cell: ({input}) => exact(input.position)},
          {name: 'End offset', isNumber: true, cell: ({input}) => exact(input.endOffset)},
          {
            name: 'Lag',
            isNumber: true,
            cell: ({input}) => <span className={input.lag === '0' ? '' : 'font-semibold text-warn'}>{exact(input.lag)}</span>,
          },
          {name: 'Records in', isNumber: true, cell: ({task}) => <Compact value={task.recordsIn} />},
          {name: 'Records out', isNumber: true, cell: ({task}) => <Compact value={task.recordsOut} />},
          {name: 'Bad', isNumber: true, cell: ({task}) => <Compact value={task.badRecords} />},
          {name: 'State rows', isNumber: true, cell: ({task}) => <Compact value={task.stateEntries} />},
          {name: 'Worker', isNumber: true, cell: ({task}) => task.worker},
        ]}
      />
    </div>
  )
}
